import ArgumentParser
import CellWire
import Model
import Planner
import Ports
import Testing

@testable import Commands

@Suite struct SteeringCommandTests {
    private func daemon(_ change: (inout FakeDaemon.State) -> Void = { _ in }) throws -> FakeDaemon {
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do { try QueueSamples.graph(&state) } catch { failure = error }
            change(&state)
        }
        if let failure { throw failure }
        return daemon
    }

    // MARK: wait

    struct Wait: Sendable, CustomTestStringConvertible {
        let words: [String]
        let end: CommandEnd
        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "the exit status tells how jobs have ended",
        arguments: [
            Wait(words: ["bd"], end: .status(.ok)), Wait(words: ["bd", "test"], end: .status(.jobFailed)),
            Wait(words: ["dne"], end: .status(.jobFailed)),
            Wait(words: ["pb", "--timeout", "1s"], end: .status(.waitTimedOut)),
            Wait(words: ["bd", "pb", "--any"], end: .status(.ok)),
            Wait(words: ["test", "--exit-code-from-job"], end: .code(42)),
            Wait(words: ["bd", "--exit-code-from-job"], end: .code(143)),
        ])
    func wait(_ wait: Wait) async throws {
        let (test, build) = (try QueueSamples.id("test"), try QueueSamples.id("bd"))
        let daemon = try daemon { state in
            for (job, exit, signal) in [(test, 42, nil), (build, nil, 15)] as [(JobID, Int?, Int?)] {
                var attempt = AttemptRecord(
                    id: AttemptID(job: job, number: 1), state: .collected, containerName: "c",
                    profileDigest: "sha256:1",
                    frameKey: 1, createdAt: QueueSamples.now)
                var record = CellRecord()
                record.exitCode = exit
                record.signal = signal
                attempt.record = record
                state.attempts[job] = [attempt]
            }
        }
        let streams = Streams()
        let end = try await WaitCommand.parse(wait.words).run(daemon: daemon, output: streams.output())
        #expect(end == wait.end)
        #expect(!streams.lines.isEmpty)
    }

    @Test("wait takes no time without a unit, nor a job's exit status of two jobs, nor an id that does not exist")
    func waitForNothing() async throws {
        #expect(throws: (any Error).self) { try WaitCommand.parse(["a", "--timeout", "5"]) }
        #expect(throws: (any Error).self) { try WaitCommand.parse(["a", "b", "--exit-code-from-job"]) }
        #expect(throws: (any Error).self) { try WaitCommand.parse([]) }
        let daemon = try daemon()
        let error = await #expect(throws: StoreError.self) {
            try await WaitCommand.parse(["nothere"]).run(daemon: daemon, output: Streams().output())
        }
        #expect(error == .notFound("nothere"))
    }

    // MARK: approve, priority, fork

    @Test("an approval is decided by its own id, or by that of a graph in which it alone waits")
    func decide() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        try await DecisionOptions.parse(["agree", "--reason", "fine"]).decide(
            true, daemon: daemon, output: streams.output())
        try await DecisionOptions.parse(["r00t"]).decide(false, daemon: daemon, output: streams.output())
        #expect(daemon.acts == ["approve agree0000000 fine", "reject agree0000000 "])
        #expect(streams.out == "agree0000000\tapproved\nagree0000000\trejected\n")
        let error = await #expect(throws: NoApproval.self) {
            try await DecisionOptions.parse(["ch"]).decide(true, daemon: daemon, output: streams.output())
        }
        #expect(error?.remedy?.contains("agree0000000") == true)
    }

    @Test("a priority is set within its range")
    func priority() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        try await PriorityCommand.parse(["pb", "10"]).run(daemon: daemon, output: streams.output())
        #expect(daemon.acts == ["priority pb0000000000 10"])
        #expect(throws: (any Error).self) { try PriorityCommand.parse(["pb", "101"]) }
    }

    @Test("a fork says what is changed, and everything that is wrong with it")
    func fork() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        var command = try ForkCommand.parse(["bd", "--env", "A=1", "--limit", "memory=512MiB"])
        command.command = ["cat", "x"]
        try await command.run(daemon: daemon, output: streams.output())
        #expect(daemon.acts == [#"fork bd0000000000 ["cat", "x"] ["A": "1"] ["memory": "512MiB"]"#])
        #expect(streams.out == "newnewnewnew\n")
        let wrong = try ForkCommand.parse(["bd", "--env", "A", "--limit", "memroy=1GiB", "--queue", "GPU"])
        let error = await #expect(throws: InputError.self) {
            try await wrong.run(daemon: daemon, output: streams.output())
        }
        #expect(error?.mistakes.count == 3)
    }

    // MARK: queues

    @Test("a queue is named with or without its project")
    func queueNames() throws {
        #expect(QueueName(argument: "gpu")?.id == QueueID(queue: "gpu"))
        #expect(QueueName(argument: "team-a/gpu")?.id == QueueID(project: "team-a", queue: "gpu"))
        for bad in ["", "/", "a/b/c", "GPU", "a/"] { #expect(QueueName(argument: bad) == nil, "\(bad)") }
        #expect(throws: (any Error).self) { try QueueCommand.Set.parse(["gpu"]) }
        #expect(throws: (any Error).self) { try QueueCommand.Set.parse(["gpu", "--limit", "0"]) }
        #expect(throws: (any Error).self) { try QueueCommand.Set.parse(["gpu", "--weight", "1001"]) }
    }

    @Test("a queue is drained once nothing of it runs any more, without looking again and again")
    func drain() async throws {
        let job = try QueueSamples.id("ch")
        let daemon = try daemon { state in
            var queue = QueueStatistics(QueueRow(QueueID(queue: "gpu")))
            queue.counts = [.running: 1, .ready: 4]
            state.queues = [queue]
            state.steps = [
                { state in
                    state.queues[0].counts[.running] = nil
                    state.events.append(
                        EventRecord(
                            ordinal: 10, sequence: 9, job: job, at: QueueSamples.now, name: "finished", attempt: 1,
                            state: .succeeded))
                }
            ]
        }
        let streams = Streams()
        try await QueueCommand.Drain.parse(["gpu"]).run(daemon: daemon, output: streams.output())
        #expect(daemon.acts == ["queue default/gpu true"])
        #expect(streams.err == "caisson: waiting for 1 job to end\n")
        #expect(streams.out == "gpu\tpaused\tweight 1\tno limit of its own\n")
    }

    @Test("queues are listed with what they hold, and those first in which most waits")
    func queueLists() async throws {
        let daemon = try daemon { state in
            for (name, ready) in [("a", 1), ("b", 5)] {
                var queue = QueueStatistics(QueueRow(QueueID(queue: name), weight: 2, limit: 3, isPaused: name == "a"))
                queue.counts = [.ready: ready, .running: 2, .leased: 1, .pending: 4, .waiting: 1]
                (queue.oldestReady, queue.held) = (QueueSamples.ago(90), 1)
                state.queues.append(queue)
            }
        }
        let (stats, top) = (Streams(), Streams())
        try await QueueCommand.Stats.parse([]).run(reader: daemon, now: QueueSamples.now, output: stats.output())
        #expect(
            stats.out == """
                PROJECT  QUEUE  STATE   WEIGHT  LIMIT  READY  RUNNING  WAITING  RETRYING  HELD  OLDEST
                default  a      paused  2       3      1      3        5        0         1     90s
                default  b      open    2       3      5      3        5        0         1     90s

                """)
        try await QueueCommand.Top.parse(["--limit", "1", "-o", "json"]).run(
            reader: daemon, now: QueueSamples.now, output: top.output())
        let queues = try top.json().arrayValue
        #expect(queues?.map { $0["queue"] } == ["b"])
    }
}
