import Daemon
import SQLiteStore
import CellWire
import Hardening
import Foundation
import Model
import Ports
import Scheduler
import TestSupport
import Testing

@testable import DockerEngine

/// Many jobs in one process: beside each other, and one after the other.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ManyJobsTests {
    @Test("ten jobs at once on a new folder share one verified cell, also with an image that brings its own")
    func firstUse() async throws {
        try await InstanceFixture.with { fixture in
            let client = try EngineClient(address: TestEngine.address)
            let tag = "caisson-test/hostile:\(fixture.instance.store.installation)"
            let hostile = try ImageArchive(
                tag: tag, files: [("/.caisson/cell", Array("#!/bin/sh\necho owned\n".utf8))], user: "0:0")
            try await client.loadImage(archive: hostile.bytes)
            await client.shutdown()
            defer {
                // ignored: an image that stays is in no other test's way
                _ = try? fixture.probe.request("DELETE", "/v1.41/images/\(hostile.id)?force=1")
            }

            var specs = [fixture.request(["true"], image: tag)]
            for number in 1..<10 { specs.append(fixture.request(["sh", "-c", "exit \(number)"])) }
            let verdicts = try await withThrowingTaskGroup(of: (Int, Verdict).self) { group in
                for (number, spec) in specs.enumerated() {
                    group.addTask { (number, try await fixture.run(spec).1) }
                }
                return try await group.reduce(into: [Int: Verdict]()) { $0[$1.0] = $1.1 }
            }
            // That the hostile image's job failed for want of its command is what our cell says, as its process 1.
            #expect(verdicts[0]?.reason == "command_not_found")
            for number in 1..<10 { #expect(verdicts[number]?.message == "The tool exited with status \(number).") }
            let volumes = try fixture.probe.inventory().volumes.filter {
                $0.hasPrefix("caisson-\(fixture.instance.store.installation)-")
            }
            #expect(volumes.count == 1)
        }
    }

    @Test("a hundred jobs in a row leave the engine as it was after the first, and no connection open for each")
    func hundred() async throws {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { fixture in
                try await hundred(fixture, socket: proxy.path)
            }
        }
    }

    private func hundred(_ fixture: InstanceFixture, socket: String) async throws {
        let spec = fixture.request(["true"])
        try await fixture.run(spec)
        let installation = "\(fixture.instance.store.installation)"
        func mine() throws -> EngineProbe.Inventory {
            var all = try fixture.probe.inventory()
            all.containers = all.containers.filter { $0.contains(installation) }
            all.volumes = all.volumes.filter { $0.contains(installation) }
            return all
        }
        let before = try mine()
        for _ in 0..<100 { #expect(try await fixture.run(spec).1.state == .succeeded) }
        let after = try mine()
        #expect(after.containers == before.containers && after.containers.isEmpty)
        #expect(after.volumes == before.volumes)
        #expect(UnixSocket.connected(to: socket).count < 8)
    }

    @Test("jobs that exit at once, eight at a time, all have their own exit status")
    func exitStatuses() async throws {
        try await InstanceFixture.with { fixture in
            var specs: [JobRequest] = []
            for number in 0..<40 { specs.append(fixture.request(["sh", "-c", "exit \(number)"])) }
            let codes = try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
                var (next, codes) = (0, [Int: Int]())
                func add(_ number: Int) {
                    let spec = specs[number]
                    group.addTask {
                        let (job, _) = try await fixture.run(spec)
                        return (number, try await fixture.instance.store.attempts(of: job).last?.record?.exitCode)
                    }
                }
                while next < 8 {
                    add(next)
                    next += 1
                }
                while let (number, code) = try await group.next() {
                    codes[number] = code
                    if next < specs.count {
                        add(next)
                        next += 1
                    }
                }
                return codes
            }
            #expect(codes == Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, $0) }))
        }
    }
}
