import ArgumentParser
import ControlWire
import Foundation
import Hardening
import Model
import Ports
import Synchronization
import Testing

@testable import Commands

@Suite struct LogsCommandTests {
    /// A daemon with one job and as many attempts.
    private static func daemon(
        _ state: JobState, attempts: Int, _ build: (inout FakeDaemon.State, JobID) -> Void = { _, _ in }
    ) throws -> FakeDaemon {
        var job = try QueueSamples.job("j0b", nil, state)
        job.attempts = attempts
        let spec = JobSpec(
            imageID: "", imageName: "shell", command: ["true"], profile: "shell",
            limits: try ProfileSet.builtIn.profile(named: "shell").limits)
        let record = JobRecord(job, spec: spec, specDigest: "sha256:1")
        return FakeDaemon { daemon in
            daemon.jobs = [job]
            daemon.records[job.id] = record
            daemon.attempts[job.id] = (1..<(attempts + 1)).map { number in
                AttemptRecord(
                    id: AttemptID(job: job.id, number: number), state: .working, containerName: "c",
                    profileDigest: "p", frameKey: 1, createdAt: QueueSamples.now)
            }
            build(&daemon, job.id)
        }
    }

    /// - Returns: how often the daemon had to be found again.
    @discardableResult
    private func follow(_ daemon: FakeDaemon, first: Int? = nil, output: Output) async throws -> Int {
        let count = Counter()
        try await LogFollow(
            job: try await daemon.summary("j0b"), streams: [.stdout], first: first, daemon: daemon,
            reconnection: Reconnection { count.add() }, output: output
        ).run()
        return count.value
    }

    /// Counts from any task.
    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("a daemon that goes away in the middle is gone on with, and nothing is passed on twice")
    func survives() async throws {
        let streams = Streams()
        let daemon = try Self.daemon(.succeeded, attempts: 1) { daemon, _ in
            daemon.outputs[.stdout] = [
                ScriptedOutput(
                    pieces: ["one ", "tw"], failure: .daemon(code: .daemonUnreachable, message: "gone", remedy: nil)),
                ScriptedOutput(pieces: ["one two", " three"]),
            ]
        }
        let reconnections = try await follow(daemon, output: streams.output())
        #expect(streams.out == "one two three")
        #expect(reconnections == 1)
    }

    @Test("it begins with the newest attempt, and goes on with the next ones until the job has ended")
    func attempts() async throws {
        let streams = Streams()
        let daemon = try Self.daemon(.succeeded, attempts: 3) { daemon, _ in
            daemon.outputs[.stdout] = [
                ScriptedOutput(attempt: 2, pieces: ["a"]), ScriptedOutput(attempt: 3, pieces: ["ab"]),
            ]
        }
        try await follow(daemon, output: streams.output())
        #expect(streams.out == "ab")
        #expect(daemon.acts == ["output stdout newest", "output stdout 3"])
    }

    @Test("an attempt that there never was is an error, and so is a graph, with its remedy")
    func nothingThere() async throws {
        let daemon = try Self.daemon(.succeeded, attempts: 1)
        let id = try QueueSamples.id("j0b")
        await #expect(throws: StoreError.notFound("attempt 4 of job \(id)")) {
            try await follow(daemon, first: 4, output: Streams().output())
        }
        await #expect(throws: StoreError.notFound("attempt 4 of job \(id)")) {
            try await LogsCommand.parse(["j0b", "--attempt", "4"]).run(reader: daemon, output: Streams().output())
        }
        let graphs = FakeDaemon { try? QueueSamples.graph(&$0) }  // ignored: then there is no job
        let error = await #expect(throws: StoreError.self) {
            try await LogsCommand.parse(["r00t"]).run(reader: graphs, output: Streams().output())
        }
        #expect(error?.remedy?.contains("caisson tree") == true)
        #expect(throws: (any Error).self) { try LogsCommand.parse(["x", "-f", "-o", "json"]) }
        #expect(throws: (any Error).self) { try LogsCommand.parse(["x", "--attempt", "0"]) }
    }

    @Test("nobody who reads ends it at once: the job is not read to its end")
    func noReader() async throws {
        let daemon = try Self.daemon(.succeeded, attempts: 1) { daemon, _ in
            daemon.outputs[.stdout] = [ScriptedOutput(pieces: ["a", "b", "c"])]
        }
        let writes = Counter()
        let output = Output { toError, _ in
            guard !toError else { return }
            writes.add()
            throw ReaderHasEnded()
        }
        await #expect(throws: ReaderHasEnded.self) { try await follow(daemon, output: output) }
        #expect(writes.value == 1)
    }

    @Test("of a job that runs, what there is so far is asked for and printed")
    func soFar() async throws {
        let streams = Streams()
        let daemon = try Self.daemon(.running, attempts: 2) { daemon, _ in
            daemon.outputs[.stdout] = [ScriptedOutput(attempt: 2, pieces: ["half"])]
            daemon.outputs[.stderr] = [ScriptedOutput(attempt: 2, pieces: ["oops"])]
        }
        try await LogsCommand.parse(["j0b"]).run(reader: daemon, output: streams.output())
        #expect(streams.out == "half")
        #expect(streams.err.contains("this is what it wrote so far") && streams.err.hasSuffix("oops"))
        #expect(daemon.acts == ["output stdout 2", "output stderr 2"])
    }

    @Test("an earlier attempt's output is printed when it is named")
    func earlier() async throws {
        let streams = Streams()
        let daemon = try Self.daemon(.failed, attempts: 2) { daemon, id in
            daemon.blobs = ["sha256:1": Array("first".utf8), "sha256:2": Array("second".utf8)]
            for index in 0..<2 {
                let size = ByteCount(bytes: index == 0 ? 5 : 6)
                daemon.attempts[id]?[index].stdout = BlobReference(digest: "sha256:\(index + 1)", size: size)
            }
        }
        try await LogsCommand.parse(["j0b", "--attempt", "1"]).run(reader: daemon, output: streams.output())
        #expect(streams.out == "first")
        let newest = Streams()
        try await LogsCommand.parse(["j0b"]).run(reader: daemon, output: newest.output())
        #expect(newest.out == "second")
    }

    @Test("a fan-out's result is the list of its jobs' results, a graph's all of its jobs' by name")
    func results() async throws {
        let daemon = FakeDaemon { daemon in
            try? QueueSamples.graph(&daemon)  // ignored: then there is no job
            guard let map = daemon.jobs.first(where: { $0.kind == .map }),
                let child = daemon.jobs.first(where: { $0.parent == map.id }),
                var second = try? QueueSamples.job("cj", "each.1", in: "r00t", .failed)  // ignored: as above
            else { return }
            second.parent = map.id
            daemon.jobs.append(second)
            var attempt = AttemptRecord(
                id: AttemptID(job: child.id, number: 1), state: .removed, containerName: "c", profileDigest: "p",
                frameKey: 1, createdAt: QueueSamples.now)
            attempt.result = BlobReference(digest: "sha256:r", size: ByteCount(bytes: 8))
            daemon.attempts[child.id] = [attempt]
            daemon.blobs["sha256:r"] = Array("{\"a\":1}\n".utf8)
        }
        let plain = Streams()
        try await ResultCommand.parse(["map"]).run(reader: daemon, output: plain.output())
        let list = try plain.json()
        #expect(list == [["a": 1], .null])
        let framed = Streams()
        try await ResultCommand.parse(["map", "-o", "json"]).run(reader: daemon, output: framed.output())
        let object = try framed.json()
        #expect(object["result"] == list && object["state"] == "waiting")
        let graph = Streams()
        try await ResultCommand.parse(["r00t"]).run(reader: daemon, output: graph.output())
        let all = try graph.json()
        #expect(
            all == [
                "build": .null, "test": .null, "publish": .null, "each": list, "done": .null,
            ], "approvals run nothing")
        #expect(graph.err == "caisson: r00t00000000 is waiting: results that are not there yet are null\n")
        let framedGraph = Streams()
        try await ResultCommand.parse(["r00t", "-o", "json"]).run(reader: daemon, output: framedGraph.output())
        #expect(try framedGraph.json()["result"] == all)
        await #expect(throws: NoResult.self) {
            try await ResultCommand.parse(["agree"]).run(reader: daemon, output: Streams().output())
        }
    }
}
