import ArgumentParser
import Model
import Ports
import Testing

@testable import Commands

@Suite struct BulkActTests {
    private func daemon(_ count: Int = 0, _ change: (inout FakeDaemon.State) -> Void = { _ in }) throws -> FakeDaemon {
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do {
                try QueueSamples.graph(&state)
                for index in 0..<count { state.jobs.append(try QueueSamples.job("z\(index)z", nil, .ready)) }
            } catch { failure = error }
            change(&state)
        }
        if let failure { throw failure }
        return daemon
    }

    @Test("jobs are cancelled by their ids, a graph with all of its jobs, and each is told")
    func ids() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        let command = try CancelCommand.parse(["r00t", "ch", "--grace", "1s", "--reason", "enough"])
        let status = try await command.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        #expect(status == .ok)
        #expect(daemon.acts == ["cancel r00t00000000 tree 1s enough", "cancel ch0000000000 1s enough"])
        #expect(streams.out == "r00t00000000\tcancelled\nch0000000000\tcancelled\n")
        #expect(throws: (any Error).self) { try CancelCommand.parse(["a", "--grace", "1"]) }
        #expect(throws: (any Error).self) { try CancelCommand.parse([]) }
        #expect(throws: (any Error).self) { try CancelCommand.parse(["a", "--filter", "state=open"]) }
    }

    @Test(
        "an id that does not exist, or is refused, leaves the others as they were asked for, and sets the exit status")
    func problems() async throws {
        let test = try QueueSamples.id("test")
        let refusal = StoreError.illegalState(id: "\(test)", state: .failed, action: "cancelled")
        let (daemon, streams) = (try daemon { $0.refusals[test] = refusal }, Streams())
        let command = try CancelCommand.parse(["nothere", "test", "ch"])
        let status = try await command.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        #expect(status == .notFound)
        #expect(daemon.acts == ["cancel ch0000000000 "])
        #expect(streams.err.contains("error: not_found: There is no nothere in the store."))
        #expect(streams.err.contains("error: illegal_state: Job test00000000 is failed and cannot be cancelled."))
        // A single problem alone is an error as any other.
        let only = try CancelCommand.parse(["test"])
        let error = await #expect(throws: StoreError.self) {
            try await only.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        }
        #expect(error == refusal)
        #expect(Commands.ExitStatus(refusal.code) == .conflict)
    }

    @Test("a filter means the jobs that the verb can do something for")
    func filter() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        let command = try RetryCommand.parse(["--filter", "state=ended", "-o", "json"])
        let status = try await command.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        #expect(status == .ok)
        #expect(daemon.acts == ["retry test00000000"])
        let told = try streams.json().arrayValue?.first
        #expect(told?["new_id"] == "newnewnewnew")
        #expect(told?["result"] == "retried")
        let wrong = try RetryCommand.parse(["--filter", "stat=ended"])
        await #expect(throws: InputError.self) {
            try await wrong.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        }
    }

    @Test("more than twenty jobs are asked about on a terminal, and need --yes elsewhere")
    func many() async throws {
        let (daemon, streams) = (try daemon(30), Streams())
        func run(_ words: [String], ask: ((String) -> Bool)?) async throws -> Commands.ExitStatus {
            let targets = try JobTargets.parse(["--filter", "state=ready"] + words)
            let act = BulkAct(verb: "Hold", done: "held", targets: targets, form: .table, output: streams.output())
            return try await act.run(reader: daemon, now: QueueSamples.now, ask: ask, isFitting: { _ in true }) { job in
                try await daemon.hold(job.id, reason: "")
                return nil
            }
        }
        let error = await #expect(throws: ManyJobs.self) { try await run([], ask: nil) }
        #expect(error?.count == 30)
        #expect(error?.remedy?.contains("--yes") == true)
        let declined = try await run(
            [],
            ask: { question in
                #expect(question == "30 jobs are meant. Hold all of them? [y/N] ")
                return false
            })
        #expect(declined == .ok)
        #expect(daemon.acts.isEmpty)
        _ = try await run(["--dry-run"], ask: nil)
        #expect(daemon.acts.isEmpty)
        #expect(streams.lines.count == 31)
        _ = try await run(["--yes"], ask: nil)
        #expect(daemon.acts.count == 30)
    }

    @Test("jobs that need a person are redriven and discarded; others are refused")
    func dead() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        let redrive = try DeadCommand.Redrive.parse(["--filter", "attention=true"])
        _ = try await redrive.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        let discard = try DeadCommand.Discard.parse(["test"])
        _ = try await discard.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        #expect(daemon.acts == ["retry test00000000", "discard test00000000"])
        let other = try DeadCommand.Redrive.parse(["ch"])
        await #expect(throws: NotDead.self) {
            _ = try await other.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        }
    }

    @Test("what is not to be begun is held, and let go again")
    func holds() async throws {
        let (daemon, streams) = (try daemon(), Streams())
        let hold = try HoldCommand.parse(["pb", "--reason", "disk full"])
        _ = try await hold.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        let release = try ReleaseCommand.parse(["pb"])
        _ = try await release.run(daemon: daemon, now: QueueSamples.now, output: streams.output())
        #expect(daemon.acts == ["hold pb0000000000 disk full", "release pb0000000000"])
    }
}
