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

/// Engines that do not do what they were asked, and streams that break.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct EngineFaultTests {
    @Test(
        "an inspect answer that differs in one field stops the job before its start",
        arguments: [
            EngineProxy.Change(#""PidsLimit":64"#, #""PidsLimit":65"#),
            EngineProxy.Change(#""Memory":268435456"#, #""Memory":268435457"#),
            EngineProxy.Change(#""ReadonlyRootfs":true"#, #""ReadonlyRootfs":null"#),
            EngineProxy.Change(#""NetworkMode":"none""#, #""NetworkMode":"host""#),
            EngineProxy.Change(#""CapDrop":["ALL"]"#, #""CapDrop":["FOO"]"#),
            EngineProxy.Change(#""no-new-privileges""#, #""no-old-privileges""#),
            EngineProxy.Change(#""NoCopy":true"#, #""NoCopy":null"#),
        ])
    func differences(_ change: EngineProxy.Change) async throws {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { fixture in
                let spec = fixture.request(["true"])
                #expect(try await fixture.run(spec).1.state == .succeeded)
                proxy.begin(change)
                let (_, verdict) = try await fixture.run(spec)
                #expect(verdict.state == .errored)
                #expect(verdict.reason == "profile_not_applied", "\(verdict.message)")
                #expect(verdict.message.contains("wanted"))
                #expect(!proxy.log.contains { $0.contains("/start ") })
            }
        }
    }

    @Test("only the closed list of calls is made, and every path but the first carries the version")
    func closedList() async throws {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { fixture in
                let verdict = try await fixture.run(fixture.request(["true"])).1
                #expect(verdict.state == .succeeded)
                // The dispatcher has looked at the engine for what an earlier process may have left.
                let rounds = await fixture.instance.dispatcher.status.rounds
                #expect(rounds > 0)
            }
            let allowed = [
                #"GET /version"#, #"GET /v1\.41/images/[^/]+/json"#, #"POST /v1\.41/images/load\?.*"#,
                #"POST /v1\.41/containers/create\?name=caisson-[a-z0-9-]+"#,
                #"GET /v1\.41/containers/[0-9a-f]{64}/json"#,
                #"GET /v1\.41/containers/json\?.*"#,
                #"POST /v1\.41/containers/[0-9a-f]{64}/(start|wait|attach)(\?.*)?"#,
                #"DELETE /v1\.41/containers/[0-9a-f]{64}\?force=1&v=1"#, #"POST /v1\.41/volumes/create"#,
                #"(GET|DELETE) /v1\.41/volumes/caisson-[a-z0-9-]+"#, #"GET /v1\.41/volumes\?.*"#,
            ]
            #expect(!proxy.log.isEmpty)
            for line in proxy.log {
                let call = line.dropLast(" HTTP/1.1".count)
                #expect(try allowed.contains { try Regex($0).wholeMatch(in: call) != nil }, "\(call)")
            }
        }
    }

    @Test(
        "a stream that is cut again and again loses nothing and doubles nothing", arguments: [20_000, 100_000, 300_001])
    func cutStreams(after bytes: Int) async throws {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await InstanceFixture.with(engine: "unix://\(proxy.path)") { fixture in
                #expect(try await fixture.run(fixture.request(["true"])).1.state == .succeeded)
                let count = 300_000
                proxy.cut(after: bytes, times: 3)
                let (job, verdict) = try await fixture.run(fixture.request(["seq", "\(count)"]))
                #expect(verdict.state == .succeeded, "\(verdict.message)")
                let wanted = (1...count).map { "\($0)\n" }.joined()
                #expect(try await fixture.stdout(of: job) == Array(wanted.utf8))
                #expect(proxy.log.filter { $0.contains("/attach?") }.count >= 4)
            }
        }
    }

    @Test("with a spool that takes nothing, the container can still be removed within two seconds")
    func stalledSpool() async throws {
        let stall = Stall()
        try await InstanceFixture.with(watching: { StallingSpools(spools: $0, stall: stall) }) { fixture in
            let spec = fixture.request(["yes"])
            let running = Task { try await fixture.run(spec) }
            await stall.hasBegun()
            let name = try #require(
                try fixture.probe.containers(named: "caisson-\(fixture.instance.store.installation)-").first)
            let clock = ContinuousClock()
            let took = try clock.measure {
                #expect(try fixture.probe.inspect(name)["State"]?["Running"] == true)
                _ = try fixture.probe.request("DELETE", "/v1.41/containers\(name)?force=1&v=1")
            }
            #expect(took < .seconds(2), "took \(took)")
            stall.end()
            #expect(try await running.value.1.reason == "sandbox_ended")
        }
    }

    @Test("a thousand small pieces go through a tool and back, and pieces of a mebibyte, too")
    func roundTrips() async throws {
        try await InstanceFixture.with { fixture in
            let echo = EchoedInput(rounds: 1000, large: 3)
            var request = fixture.request(["cat"])
            request.stdin = .live(echo)
            let (job, verdict) = try await fixture.run(request)
            #expect(verdict.state == .succeeded)
            #expect(try await fixture.stdout(of: job).count == echo.total)
        }
    }
}

/// Input of many small pieces, then of some of one mebibyte.
private actor EchoedInput: InputSource {
    private var pieces: [[UInt8]]
    nonisolated let total: Int

    init(rounds: Int, large: Int) {
        let small = (0..<rounds).map { Array("line \($0)\n".utf8) }
        let big = (0..<large).map { [UInt8](repeating: UInt8(65 + $0), count: 1 << 20) }
        pieces = (small + big).reversed()
        total = (small + big).reduce(0) { $0 + $1.count }
    }

    func next() -> [UInt8]? { pieces.popLast() }
}

/// Holds up whoever appends to a spool until it is ended.
private final class Stall: Sendable {
    private let begun = AsyncStream<Void>.makeStream()
    private let over = AsyncStream<Void>.makeStream()

    func hold() async {
        begun.continuation.yield()
        for await _ in over.stream {}
    }
    func hasBegun() async { for await _ in begun.stream { return } }
    func end() { over.continuation.finish() }
}

private struct StallingSpools: Spools {
    let spools: any Spools
    let stall: Stall

    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        let spool = try await spools.open(attempt, stream)
        return stream == .stdout ? StallingSpool(spool: spool, stall: stall) : spool
    }
    func remove(_ attempt: AttemptID) async throws(StoreError) { try await spools.remove(attempt) }
}

private struct StallingSpool: Spool {
    let spool: any Spool
    let stall: Stall

    var length: Int64 { get async { await spool.length } }
    func append(_ bytes: [UInt8]) async throws(StoreError) {
        await stall.hold()
        try await spool.append(bytes)
    }
    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }
    func close() async { await spool.close() }
}
