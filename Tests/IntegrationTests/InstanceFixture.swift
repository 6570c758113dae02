import Hardening
import Daemon
import DockerEngine
import Foundation
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler
import TestSupport
import Testing

/// An instance in this process, on a data folder of its own; what it leaves in the engine is checked and removed.
struct InstanceFixture: Sendable {
    let instance: Instance
    let folder: TemporaryFolder
    let profile: PreparedProfile
    let probe = EngineProbe()

    /// - Parameter engine: the address to use instead of the real engine's.
    static func with(
        engine: String? = nil, watching: @escaping @Sendable (any Spools) -> any Spools = { $0 },
        _ body: @escaping @Sendable (InstanceFixture) async throws -> Void
    ) async throws {
        await EngineTurns.all.take()
        defer { EngineTurns.all.give() }
        try await TemporaryFolder.with { folder in
            let configuration = try InstanceConfiguration(
                home: folder.file("home"), environment: ["DOCKER_HOST": engine ?? "\(TestEngine.address)"],
                executable: TestEngine.programs.appending(path: "caisson").path)
            var layers = Layers()
            layers.spools = watching
            let instance = try await Instance.open(
                configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, layers: layers)
            let fixture = InstanceFixture(
                instance: instance, folder: folder, profile: try Instance.profile(named: "shell"))
            let result: Result<Void, any Error>
            do {
                try await instance.serving { try await body(fixture) }
                result = .success(())
            } catch {
                result = .failure(error)
            }
            let installation = instance.store.installation
            try await instance.close()
            let left = try fixture.probe.removeAll(of: installation)
            try result.get()
            #expect(left.isEmpty, "containers were left behind")
        }
    }

    /// A job in one of our images.
    func request(_ command: [String], image: String = "shell") -> JobRequest {
        JobRequest(
            image: image, command: command, profile: profile.profile.name, limits: profile.profile.limits)
    }

    /// Runs a job to its end.
    @discardableResult
    func run(_ request: JobRequest) async throws -> (JobID, Verdict) {
        let job = try await instance.end(of: try await instance.accept(request))
        return (job.id, Verdict(job.state, try #require(job.reason), try #require(job.message)))
    }

    /// What a finished job wrote to its stdout.
    func stdout(of job: JobID) async throws -> [UInt8] {
        guard let blob = try await instance.store.attempts(of: job).last?.stdout else { return [] }
        var bytes: [UInt8] = []
        while bytes.count < blob.size.bytes {
            bytes += try await instance.store.bytes(of: blob, from: Int64(bytes.count), count: 1 << 20)
        }
        return bytes
    }
}
