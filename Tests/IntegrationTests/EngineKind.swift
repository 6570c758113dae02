import CellWire
import Daemon
import DockerEngine
import FoundationEssentials
import Hardening
import Ports
import Scheduler
import TestSupport
import Testing

/// The engines that have to keep the contract.
enum EngineKind: CaseIterable, Sendable {
    case fake, docker

    /// Calls `body` with an installation of its own; what it leaves in a real engine is checked and removed.
    ///
    /// Without a real engine, its case is skipped, or fails where one is required.
    func withEngine(_ body: (_ fixture: EngineFixture) async throws -> Void) async throws {
        let profile = try Instance.profile(named: "shell")
        switch self {
        case .fake:
            let engine = FakeEngine(clock: .continuous)
            let ids = SeededIDs.unlikeOthers()
            let installation = ids.makeInstallationID()
            try await body(EngineFixture(engine: engine, installation: installation, ids: ids, profile: profile))
        case .docker:
            guard TestEngine.isWanted else {
                print("skipped \(Test.current?.displayName ?? "") on docker: \(TestEngine.comment)")
                try Test.cancel(TestEngine.comment)
            }
            try await withDocker(profile, body)
        }
    }

    private func withDocker(
        _ profile: PreparedProfile, _ body: (_ fixture: EngineFixture) async throws -> Void
    ) async throws {
        await EngineTurns.all.take()
        defer { EngineTurns.all.give() }
        let client = try EngineClient(address: TestEngine.address)
        let ids = SeededIDs.unlikeOthers()
        let installation = ids.makeInstallationID()
        let result: Result<Void, any Error>
        do {
            try await client.negotiate()
            let engine = try DockerSandboxes(
                client: client, store: TemporaryStore(), images: MemoryImages(), installation: installation,
                cell: CellImage(cellPath: TestEngine.programs.appending(path: "caisson-cell").path), ids: ids,
                wallClock: FixedWallClock(), clock: .continuous)
            try await body(EngineFixture(engine: engine, installation: installation, ids: ids, profile: profile))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        let left = Result { try EngineProbe().removeAll(of: installation) }
        try result.get()
        let names = try left.get()
        #expect(names.isEmpty, "containers were left behind")
    }
}
