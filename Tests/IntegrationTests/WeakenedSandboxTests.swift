import Daemon
import Foundation
import Model
import Ports
import SQLiteStore
import Scheduler
import Synchronization
import TestSupport
import Testing

/// What somebody else who may use the engine changes between two of our calls, so that every answer is true, is found out.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct WeakenedSandboxTests {
    private static func withProxy(_ body: @escaping @Sendable (InstanceFixture, EngineProxy) async throws -> Void)
        async throws
    {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { try await body($0, proxy) }
        }
    }

    @Test("a limit that is taken away behind the read-back is seen by the cell, and it gets no work")
    func limit() async throws {
        try await Self.withProxy { fixture, proxy in
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            let probe = fixture.probe
            let status = Mutex(0)
            proxy.edit(EngineProxy.isInspect, times: 1) { answer in
                answer.with { container in
                    let target = "/v1.41/containers/\(container["Id"]?.stringValue ?? "")/update"
                    // ignored: the status says that it has not happened
                    let updated = try? probe.request("POST", target, body: Data(#"{"PidsLimit":4096}"#.utf8))
                    status.withLock { $0 = updated?.status ?? 0 }
                    return container
                }
            }
            let (job, verdict) = try await fixture.run(fixture.request(["true"]))
            #expect(status.withLock { $0 } == 200)
            #expect(verdict.state == .errored)
            #expect(verdict.reason == "profile_not_applied")
            #expect(verdict.message.contains("cell: pids limit is 4096, wanted 64"), "\(verdict.message)")
            #expect(proxy.log.contains { $0.contains("/start ") })
            let attempts = try await fixture.instance.store.attempts(of: job)
            #expect(attempts.map(\.record) == [nil])
            #expect(attempts.map(\.toolPosture) == [nil])
        }
    }

    @Test("a volume that somebody else filled first, with a cell that differs in one byte, is not used and goes")
    func filledFirst() async throws {
        try await Self.withProxy { fixture, proxy in
            let archive = try await cell(and: "x", in: fixture.folder)
            let probe = fixture.probe
            let statuses = Mutex<[Int]>([])
            proxy.edit({ $0.contains("POST /v1.41/volumes/create ") }, times: 1) { answer in
                answer.with { volume in
                    let made = Self.fill(volume["Name"]?.stringValue ?? "", with: archive, probe)
                    statuses.withLock { $0 = made }
                    return volume
                }
            }
            let (_, verdict) = try await fixture.run(fixture.request(["true"]))
            #expect(statuses.withLock { $0 } == [201, 200, 204])
            #expect(verdict.state == .errored)
            #expect(verdict.reason == "cell_unavailable")
            #expect(verdict.message.contains("the volume holds sha256:"), "\(verdict.message)")
            let prefix = "caisson-\(fixture.instance.store.installation)-"
            func volumes() throws -> [String] {
                try fixture.probe.inventory().volumes.filter { $0.hasPrefix(prefix) }
            }
            #expect(try volumes() == [])
            #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
            #expect(try volumes().count == 1)
        }
    }

    /// An archive of one program, the cell with something behind its end.
    private func cell(and more: String, in folder: TemporaryFolder) async throws -> Data {
        let program = folder.file("cell")
        try FileManager.default.copyItem(
            at: TestEngine.programs.appending(path: "caisson-cell"), to: URL(filePath: program))
        let handle = try #require(FileHandle(forWritingAtPath: program))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(more.utf8))
        try handle.close()
        let packed = try await RunningCommand(
            program: URL(filePath: "/usr/bin/env"), ["tar", "-C", folder.path, "-cf", "-", "cell"],
            environment: ["PATH": "/usr/bin:/bin"], stdin: nil
        ).outcome()
        #expect(packed.status == 0, "\(packed.err)")
        return packed.stdout
    }

    /// Puts an archive into a volume by a container that never runs, and gives what the engine answered.
    private static func fill(_ volume: String, with archive: Data, _ probe: EngineProbe) -> [Int] {
        let name = "filler-of-\(volume)"
        let body: JSONValue = [
            "Image": "caisson/shell:local", "Entrypoint": ["true"],
            "HostConfig": [
                "Mounts": [["Type": "volume", "Source": .string(volume), "Target": .string("/.caisson")]]
            ],
        ]
        do {
            let made = try probe.request(
                "POST", "/v1.41/containers/create?name=\(name)", body: try JSONEncoder().encode(body))
            let put = try probe.request(
                "PUT", "/v1.41/containers/\(name)/archive?path=/.caisson", body: archive, type: "application/x-tar")
            let gone = try probe.request("DELETE", "/v1.41/containers/\(name)?force=1")
            return [made.status, put.status, gone.status]
        } catch {
            return []
        }
    }
}
