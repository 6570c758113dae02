import ArgumentParser
import Documents
import Foundation
import Model
import Planner
import Ports
import Testing

@testable import Commands

@Suite struct LookingCommandTests {
    private func daemon() throws -> FakeDaemon {
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do { try QueueSamples.graph(&state) } catch { failure = error }
        }
        if let failure { throw failure }
        return daemon
    }

    private func list(_ words: [String]) async throws -> Streams {
        let streams = Streams()
        try await ListCommand.parse(words).run(
            reader: try daemon(), now: QueueSamples.now, output: streams.output())
        return streams
    }

    @Test("a list has roots only, unless jobs are filtered for; every form has its own lines")
    func lists() async throws {
        let roots = try await list([])
        #expect(
            roots.out
                == "ID            KIND   NAME     STATE    TRY  AGE  WHY\nr00t00000000  graph  release  waiting  -    5m   2 jobs left\n"
        )
        #expect(try await list(["-o", "id"]).out == "r00t00000000\n")
        #expect(try await list(["-o", "name", "--state", "failed", "--state", "skipped"]).out == "done\ntest\n")
        let json = try await list(["-o", "json", "--root", "r00t"]).json().arrayValue
        #expect(json?.count == 7)
        #expect(json?.last?["state"] == "succeeded")
        #expect(try await list(["-o", "jsonl", "--all"]).lines.count == 8)
        let wide = try await list(["-o", "wide", "--attention"])
        #expect(wide.lines.count == 2)
        #expect(wide.lines[1].contains("attention: exit_status"))
        #expect(!wide.out.contains("\u{1B}"))
    }

    @Test("jobs are counted by state, as many as the list has")
    func counted() async throws {
        let table = try await list(["--count", "--root", "r00t"])
        #expect(
            table.lines == [
                "STATE      JOBS", "pending    1", "waiting    2", "running    1", "succeeded  1", "failed     1",
                "skipped    1", "total      7",
            ])
        let json = try await list(["--count", "--all", "-o", "json"]).json()
        #expect(json["total"] == 8)
        #expect(json["counts"]?["waiting"] == 3)
        #expect(try await list(["--count", "-o", "json"]).json() == ["total": 1, "counts": ["waiting": 1]])
        #expect(throws: (any Error).self) { try ListCommand.parse(["--count", "-o", "id"]) }
        #expect(throws: (any Error).self) { try ListCommand.parse(["--count", "--after", "5"]) }
    }

    @Test("what stands ready in a paused queue says so, in a list and in a tree; in another queue it does not")
    func paused() async throws {
        let job = try QueueSamples.job("rdy", nil, .ready)
        var other = try QueueSamples.job("0th", nil, .ready)
        other.placement.queue = "open"
        let jobs = [job, other]
        let daemon = FakeDaemon { state in
            state.jobs = jobs
            var row = QueueRow(QueueID())
            row.isPaused = true
            state.queues = [QueueStatistics(row), QueueStatistics(QueueRow(QueueID(queue: "open")))]
        }
        let (list, tree) = (Streams(), Streams())
        try await ListCommand.parse([]).run(reader: daemon, now: QueueSamples.now, output: list.output())
        #expect(list.lines.map { $0.hasSuffix("queue paused") } == [false, false, true], "\(list.out)")
        try await TreeCommand.parse(["rdy"]).run(reader: daemon, now: QueueSamples.now, output: tree.output())
        #expect(tree.out.contains("queue paused"), "\(tree.out)")
    }

    @Test("a page tells where the next one begins, and what is wrong is told at once")
    func pages() async throws {
        let first = try await list(["--all", "--limit", "3", "-o", "id"])
        #expect(first.err == "caisson: 3 jobs shown; go on with --after 5\n")
        let second = try await list(["--all", "--limit", "100", "--after", "5", "-o", "id"])
        #expect(first.lines + second.lines == (try await list(["--all", "-o", "id"]).lines))
        #expect(second.err.isEmpty)
        let error = await #expect(throws: InputError.self) {
            try await list(["--state", "faild", "--filter", "kind=jop"])
        }
        #expect(error?.mistakes.count == 2)
        await #expect(throws: StoreError.self) { try await list(["--root", "nothere"]) }
        #expect(throws: (any Error).self) { try ListCommand.parse(["--limit", "0"]) }
    }

    @Test("what runs nothing is shown with its needs, its question, and what is under it")
    func shown() async throws {
        let (graph, approval, json) = (Streams(), Streams(), Streams())
        let daemon = try daemon()
        try await ShowCommand.parse(["r00t"]).run(reader: daemon, now: QueueSamples.now, output: graph.output())
        #expect(graph.lines.first == "graph     r00t00000000")
        #expect(graph.out.contains("jobs      1 pending, 2 waiting, 1 running, 1 succeeded, 1 failed, 1 skipped\n"))
        try await ShowCommand.parse(["agree"]).run(reader: daemon, now: QueueSamples.now, output: approval.output())
        #expect(approval.out.contains("question  Publish?\n"))
        let map = Streams()
        try await ShowCommand.parse(["map"]).run(reader: daemon, now: QueueSamples.now, output: map.output())
        #expect(map.lines.first == "map       map000000000", "\(map.out)")
        try await ShowCommand.parse(["agree", "-o", "json"]).run(
            reader: daemon, now: QueueSamples.now, output: json.output())
        let view = try json.json()
        #expect((view["kind"], view["question"]) == ("approval", "Publish?"))
        #expect(view["needs"] == .array([]))
    }

    @Test("events are lines, and followed until the job has ended, each told once")
    func events() async throws {
        let streams = Streams()
        try await EventsCommand.parse(["r00t"]).run(reader: try daemon(), output: streams.output())
        #expect(streams.lines.last == "\(QueueSamples.ago(100).rfc3339)  test00000000.3  finished  → failed")
        let all = Streams()
        try await EventsCommand.parse(["--after", "7", "-o", "json"]).run(reader: try daemon(), output: all.output())
        #expect(all.lines.count == 1)
        #expect(all.lines.first?.contains(#""ordinal":9"#) == true)
        var failure: (any Error)?
        let followed = FakeDaemon { state in
            do { try QueueSamples.graph(&state) } catch { failure = error }
            let root = state.jobs[0].id
            state.steps = [
                { state in
                    state.jobs[0].state = .succeeded
                    state.events.append(
                        EventRecord(
                            ordinal: 12, sequence: 3, job: root, at: QueueSamples.now, name: "ended", attempt: nil,
                            state: .succeeded, actor: "ann"))
                }
            ]
        }
        #expect(failure == nil)
        let streamed = Streams()
        try await EventsCommand.parse(["r00t", "-f"]).follow(
            reader: followed, news: followed, output: streamed.output())
        #expect(streamed.lines.count == 3)
        #expect(streamed.lines.last?.hasSuffix("ended  → succeeded  by ann") == true)
    }

    @Test("an explanation says why, what has to happen, and what to type")
    func explained() async throws {
        let (streams, daemon) = (Streams(), try daemon())
        try await ExplainCommand.parse(["pb"]).run(reader: daemon, explainer: daemon, output: streams.output())
        #expect(
            streams.out == """
                pb0000000000 is pending: hold
                  Ann holds it back.
                  Somebody has to release it.
                  Type: caisson release pb0000000000

                """)
    }

    @Test("jobs of a time are counted, with how long they waited and ran")
    func statistics() throws {
        var jobs = try (0..<20).map { index in
            var job = try QueueSamples.job("n\(index)x", nil, index < 2 ? .failed : .succeeded)
            job.readyAt = QueueSamples.ago(200 + Int64(index))
            return job
        }
        jobs[3].attempts = 2
        let statistics = JobStatistics(jobs, isCut: true)
        #expect(statistics.states == ["failed": 2, "succeeded": 18])
        #expect(statistics.reasons == ["exit_status": 2])
        #expect(
            (statistics.waited?.p50Ms, statistics.waited?.mostMs, statistics.ran?.p95Ms) == (10_000, 19_000, 100_000))
        #expect(statistics.retried == 1)
        #expect(statistics.lines[0] == "jobs     20 (and older ones)")
        #expect(JobStatistics([], isCut: false).lines[3] == "waited   -")
    }

    @Test("each shell gets a script", arguments: CompletionCommand.Shell.allCases)
    func completion(_ shell: CompletionCommand.Shell) throws {
        let text = try Printed.text { try CompletionCommand.parse([shell.rawValue]).run(output: $0) }
        #expect(text.contains("caisson") && text.contains("submit"))
    }

    @Test("how long ago is told in one unit")
    func ages() {
        let cases: [(Int64, String)] = [
            (0, "0.0s"), (450, "0.4s"), (45_000, "45s"), (119_000, "119s"), (600_000, "10m"), (10_800_000, "3h"),
            (432_000_000, "5d"),
        ]
        for (milliseconds, text) in cases { #expect(AgeText.text(.milliseconds(milliseconds)) == text) }
    }
}
