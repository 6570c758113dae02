import Daemon
import Foundation
import Glibc
import Model
import Planner
import Ports
import SQLiteStore
import Scheduler
import TestSupport
import Testing

/// How jobs end that somebody outside, a late or silent engine, or a clock ends: state, reason, sentence, and what is kept.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct EndingTests {
    /// A job that has written a line, and writes a hundred thousand more once its input has ended.
    private struct Begun {
        let running: RunningCommand
        let container: String
        private let gate: Pipe

        static let output = "begun\n" + (1...100_000).map { "\($0)\n" }.joined()

        init(_ caisson: CommandFixture, _ flags: [String] = []) async throws {
            gate = Pipe()
            let command = ["sh", "-c", "echo begun; cat; seq 100000"]
            running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-"] + flags + ["--"] + command, gate: gate)
            container = try await caisson.runningContainer()
            let running = running
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
        }

        func letGo() throws { try gate.fileHandleForWriting.close() }
    }

    /// Checks the end of the newest job, as `run` told it and as it is kept.
    private func check(
        _ outcome: Outcome, of caisson: CommandFixture, _ state: JobState, _ reason: String, status: Int32,
        saying words: String, output: String = "begun\n"
    ) async throws {
        #expect(outcome.status == status, "\(outcome.err)")
        #expect(outcome.out == output)
        let job = try await caisson.latest()
        #expect(job["state"]?.stringValue == state.rawValue)
        #expect(job["reason"]?.stringValue == reason)
        #expect(job["message"]?.stringValue?.contains(words) == true, "\(outcome.err)")
        #expect(outcome.err.contains("\(state.rawValue): "))
        #expect(try await caisson.caisson("logs", "@latest").out == output)
    }

    // MARK: From outside

    @Test(
        "a container that is killed, stopped or restarted from outside ends its job, and what it wrote is kept",
        arguments: ["kill", "stop?t=0", "restart?t=0"])
    func ended(_ call: String) async throws {
        try await CommandFixture.with { caisson in
            let begun = try await Begun(caisson)
            let answer = try caisson.probe.request("POST", "/v1.41/containers\(begun.container)/\(call)")
            #expect(answer.status == 204)
            try await check(
                try await begun.running.outcome(), of: caisson, .errored, "sandbox_ended", status: 9,
                saying: "The sandbox was ended from outside: ")
        }
    }

    @Test("a container that runs again, when we look, is not taken for the one that was begun")
    func restarted() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            let begun = try await Begun(caisson)
            try proxy.hold("/json ")
            _ = try caisson.probe.request("POST", "/v1.41/containers\(begun.container)/restart?t=0")
            try await caisson.eventually("the look at it") { proxy.log.contains { $0.contains("/json ") } }
            #expect(try caisson.probe.inspect(begun.container)["State"]?["Running"] == true)
            proxy.release()
            try await check(
                try await begun.running.outcome(), of: caisson, .errored, "sandbox_ended", status: 9,
                saying: "The sandbox was ended from outside: its container was ended and started anew.")
        }
    }

    @Test("a container that is paused from outside goes on once it may, and nothing is lost")
    func paused() async throws {
        try await CommandFixture.with { caisson in
            let begun = try await Begun(caisson)
            #expect(try caisson.probe.request("POST", "/v1.41/containers\(begun.container)/pause").status == 204)
            try begun.letGo()
            #expect(try caisson.probe.inspect(begun.container)["State"]?["Paused"] == true)
            #expect(try caisson.probe.request("POST", "/v1.41/containers\(begun.container)/unpause").status == 204)
            try await check(
                try await begun.running.outcome(), of: caisson, .succeeded, "exit_status", status: 0,
                saying: "status 0", output: Begun.output)
        }
    }

    @Test("a container that stays paused ends its job five seconds after its clocks, and goes")
    func pausedForGood() async throws {
        try await CommandFixture.with { caisson in
            // A pause that comes too late for the run clock is tried again with a longer one.
            for seconds in [2, 8, 32] {
                let gate = Pipe()
                let running = try caisson.start(
                    [
                        "run", "--image", "shell", "--stdin", "-", "--timeout", "\(seconds)s", "--limit", "grace=0s",
                        "--",
                        "sh", "-c", "echo begun; cat",
                    ], gate: gate)
                try await caisson.eventually("a pause, or the end") {
                    guard try running.outputSoFar() == "begun\n" else { return false }
                    let attempt = try await caisson.latest()["attempts"]?.arrayValue?.last
                    let name = attempt?["container_name"]?.stringValue ?? ""
                    let answer = try caisson.probe.request("POST", "/v1.41/containers/\(name)/pause")
                    return try answer.status == 204 || running.errorSoFar().contains("timed_out")
                }
                let outcome = try await running.outcome()
                if outcome.err.contains("timed_out"), seconds < 32 { continue }
                return try await check(
                    outcome, of: caisson, .errored, "sandbox_ended", status: 9,
                    saying: "The sandbox was paused from outside for longer than its tool may run.")
            }
        }
    }

    @Test(
        "a second client that reads along takes nothing away; one that writes junk between our frames changes nothing")
    func secondClient() async throws {
        try await CommandFixture.with { caisson in
            var generator = SeededGenerator(seed: 8)
            let input = (0..<300_000).map { "line \($0)\n" }.joined()
            let gate = Pipe()
            let script = "echo begun; cat; seq 300000"
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", script], gate: gate)
            let container = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            let reader = try AttachedClient(to: container)
            let writer = try AttachedClient(to: container)
            defer {
                reader.close()
                writer.close()
            }
            let writing = Task.detached {
                try gate.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try gate.fileHandleForWriting.close()
            }
            for _ in 0..<20 {
                try writer.send((0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
            let outcome = try await running.outcome()
            let wanted = "begun\n\(input)" + (1...300_000).map { "\($0)\n" }.joined()
            #expect(outcome.status == 0, "\(outcome.err)")
            try await writing.value
            let isWhole = outcome.out == wanted
            #expect(isWhole)
            #expect(reader.received > 0)
        }
    }

    // MARK: The engine

    @Test("an engine whose every answer comes late is waited for")
    func late() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            #expect(try await caisson.run([], "true").status == 0)
            proxy.delay(milliseconds: 300)
            let begun = try await Begun(caisson)
            try begun.letGo()
            try await check(
                try await begun.running.outcome(), of: caisson, .succeeded, "exit_status", status: 0,
                saying: "status 0", output: Begun.output)
        }
    }

    struct Silence: Sendable, CustomTestStringConvertible {
        let call: String
        var after = 0
        let clock: String
        let words: String
        var testDescription: String { "\(call) after \(after)" }
    }

    @Test(
        "an engine that takes a call and then says nothing is waited for as long as the clock of that step says",
        arguments: [
            Silence(
                call: "GET /v1.41/images/", after: 1, clock: "pull", words: "The image was not there within 1.0 s."),
            Silence(call: "/attach?", clock: "start", words: "did not attest itself within 1.0 s"),
            Silence(call: "/wait?", clock: "start", words: "did not attest itself within 1.0 s"),
            Silence(call: "/start ", clock: "start", words: "did not attest itself within 1.0 s"),
        ])
    func silent(_ silence: Silence) async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            #expect(try await caisson.run([], "true").status == 0)
            try proxy.hold(silence.call, after: silence.after)
            let outcome = try await caisson.run(["--limit", "\(silence.clock)=1s"], "true")
            proxy.release()
            try await check(
                outcome, of: caisson, .timedOut, "\(silence.clock)_clock", status: 1, saying: silence.words, output: "")
        }
    }

    @Test("while the image is looked for, nothing has been accepted: the pull clock is an error then")
    func silentBeforeAcceptance() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            try proxy.hold("GET /v1.41/images/")
            let outcome = try await caisson.run(["--limit", "pull=1s"], "true")
            #expect(outcome.status == 9)
            #expect(outcome.err.contains("error: clock_ran_out: The image was not there within 1.0 s.\nhint: "))
            #expect(try await caisson.caisson("list", "-o", "json").out == "[\n\n]\n")
        }
    }

    @Test("a container whose creation was obeyed and not answered does not stay behind; the job is tried again")
    func lostAnswer() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            #expect(try await caisson.run([], "true").status == 0)
            proxy.lose("POST /v1.41/containers/create")
            let outcome = try await caisson.run([], "echo", "begun")
            try await check(
                outcome, of: caisson, .succeeded, "exit_status", status: 0, saying: "status 0")
            let attempts = try await caisson.latest()["attempts"]?.arrayValue ?? []
            #expect(attempts.map { $0["state"] } == ["lost", "removed"])
            #expect(attempts.first?["reason"] == "engine_unreachable")
        }
    }

    // MARK: Clocks

    @Test("the total clock counts what the engine takes, and ends a job that is being started")
    func totalClock() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            #expect(try await caisson.run([], "true").status == 0)
            try proxy.hold("/start ")
            let flags = ["--limit", "total=1s,run=500ms,grace=0s,start=10m"]
            let outcome = try await caisson.run(flags, "echo", "begun")
            proxy.release()
            try await check(
                outcome, of: caisson, .timedOut, "total_clock", status: 1,
                saying: "The job was not done 1.0 s after its acceptance.", output: "")
        }
    }

    @Test("Ctrl-C ends a job whose start the engine does not answer")
    func cancelledStart() async throws {
        try await CommandFixture.withProxy { caisson, proxy in
            #expect(try await caisson.run([], "true").status == 0)
            try proxy.hold("/start ")
            let running = try caisson.start(["run", "--image", "shell", "--limit", "start=10m", "--", "echo", "begun"])
            try await caisson.eventually("its start") { proxy.log.contains { $0.contains("/start ") } }
            running.send(SIGINT)
            let outcome = try await running.outcome()
            proxy.release()
            try await check(
                outcome, of: caisson, .cancelled, "cancelled", status: 8, saying: "The job was cancelled", output: "")
        }
    }

    @Test("a job that cannot begin within its queue clock is not begun any more")
    func queueClock() async throws {
        try await InstanceFixture.with { fixture in
            _ = try await fixture.instance.store.setQueue(
                QueueID(), QueueChange(isPaused: true), by: "test", at: WallTime(milliseconds: 0))
            var request = fixture.request(["true"])
            request.limits.queue = .seconds(1)
            let (job, verdict) = try await fixture.run(request)
            #expect(verdict.state == .timedOut)
            #expect(verdict.reason == "queue_clock")
            #expect(try await fixture.instance.store.attempts(of: job).isEmpty)
        }
    }

    // MARK: Memory, and much output

    @Test("a tool that the kernel kills for want of memory ends as that, and what it wrote is kept")
    func outOfMemory() async throws {
        try await CommandFixture.with { caisson in
            let script = "print('begun', flush=True); bytearray(1 << 30)"
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", script)
            try await check(
                outcome, of: caisson, .oomKilled, "memory_limit", status: 1,
                saying: "The tool needed more than its 256MiB of memory.")
            let record = try await caisson.latest()["attempts"]?.arrayValue?.last?["record"]
            #expect(record?["limits_hit"] == ["memory"])
        }
    }

    @Test("a hundred megabytes come whole through two daemons that are killed while they pass them on")
    func saturated() async throws {
        try await CommandFixture.with { caisson in
            let gate = Pipe()
            // The input ends with its client: the second half begins under the next daemon.
            let script = "seq 1 6000000; cat; seq 6000001 12000000"
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", script], gate: gate)
            _ = try await caisson.runningContainer()
            let id = try #require(try await caisson.latest()["id"]?.stringValue)
            let spool = "\(caisson.home)/spool/\(id).1/stdout"
            func spooled() throws -> Int {
                let size = try FileManager.default.attributesOfItem(atPath: spool)[.size] as? Int
                return try #require(size)
            }
            try await caisson.eventually("ten megabytes") { try spooled() > 10_000_000 }
            try await caisson.stopDaemon(by: SIGKILL)
            running.send(SIGKILL)
            _ = try await running.outcome()

            #expect(try await caisson.run([], "true").status == 0)
            try await caisson.eventually("ten megabytes more, or the end") {
                // ignored: with the job's end its spool goes
                (try? spooled()).map { $0 > 60_000_000 } ?? true
            }
            try await caisson.stopDaemon(by: SIGKILL)

            #expect(try await caisson.caisson("wait", id).status == 0)
            let logs = try await caisson.caisson("logs", id)
            let path = caisson.folder.file("logs")
            try logs.stdout.write(to: URL(filePath: path))
            let compared = try await RunningCommand(
                program: URL(filePath: "/bin/sh"), ["-c", "seq 1 12000000 | cmp - '\(path)'"],
                environment: ["PATH": "/usr/bin:/bin"],
                stdin: nil
            ).outcome()
            #expect(compared.status == 0, "\(compared.out)\(compared.err)")
            let shown = try await caisson.caisson("show", id, "-o", "json")
            let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            #expect(job["state"] == "succeeded")
            #expect(job["attempts"]?.arrayValue?.count == 1)
        }
    }
}
