import GRDB
import Model
import Planner
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What there is to plan with, and what time brings about.
@Suite struct PlanTests {
    @Test("ready jobs come by priority, then by the age of their root, then by their own")
    func order() async throws {
        try await SQLiteFixture.with { fixture in
            let older = try await GraphBench(fixture, ["a", "b: a", "c: a"])
            let newer = try await GraphBench(fixture, ["x", "y"])
            try await fixture.store.setPriority(newer.id("y"), 5, by: "ann", at: newer.tick())
            try await older.run("a")
            let rows = try await fixture.store.planRows()
            #expect(rows.ready.map(\.job) == [newer.id("y"), older.id("b"), older.id("c"), newer.id("x")])
            #expect(rows.ready[0].priority == 5)
            #expect((rows.ready[0].milliCPUs, rows.ready[0].memory) == (1500, .mebibytes(256)))
            #expect(rows.live.isEmpty)
        }
    }

    @Test("jobs whose key is full are passed over, and live ones hold their key")
    func keys() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c", "d"]) { submission in
                for index in 0..<3 { submission.nodes[index].placement.concurrency = .init(key: "k", limit: 2) }
            }
            try await bench.start("a")
            let one = try await fixture.store.planRows()
            #expect(one.ready.map(\.job) == ["b", "c", "d"].map(bench.id))
            #expect(one.ready[0].concurrency == .init(key: "k", limit: 2))
            #expect(one.live.map(\.key) == ["k"])
            try await bench.start("b")
            #expect(try await fixture.store.planRows().ready.map(\.job) == [bench.id("d")])
            let facts = try await fixture.store.waitFacts(of: bench.id("c"))
            #expect((facts.liveWithKey, facts.liveInQueue, facts.live, facts.before) == (2, 2, 2, 0))
            #expect(try await fixture.store.waitFacts(of: bench.id("d")).before == 1)
        }
    }

    @Test("each queue gives its first jobs, at most as many as are promised")
    func bounds() async throws {
        try await SQLiteFixture.with { fixture in
            let names = (0..<100).map { "n\($0)" }
            let bench = try await GraphBench(fixture, names) { submission in
                for index in 70..<100 { submission.nodes[index].placement.queue = "other" }
            }
            let rows = try await fixture.store.planRows()
            #expect(rows.ready.filter { $0.queue.queue == "default" }.map(\.job) == names[..<64].map(bench.id))
            #expect(rows.ready.filter { $0.queue.queue == "other" }.count == 30)
            #expect(rows.queues.map(\.id.queue) == ["default", "other"])
        }
    }

    @Test("a job that lends its slot stays in the plan, with its memory")
    func lending() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            try await bench.start("a")
            try await fixture.store.setLending(bench.id("a"), true, at: bench.tick())
            let row = try #require(try await fixture.store.planRows().live.first)
            #expect((row.lendsSlot, row.isStarting) == (true, false))
            try await fixture.store.setLending(bench.id("a"), true, at: bench.tick())
            try await fixture.store.setLending(bench.id("a"), false, at: bench.tick())
            let names = try await fixture.store.events(of: bench.id("a")).map(\.name).suffix(2)
            #expect(names == ["lending", "lending_ended"])
        }
    }

    @Test("a sandbox counts until it is removed, whether its job has ended or waits for another attempt")
    func left() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c"]) { submission in
                submission.nodes[0].placement.concurrency = .init(key: "k", limit: 1)
            }
            let ended = try await bench.start("a")
            try await bench.end(ended, .errored, leavesSandbox: true)
            let lost = try await bench.start("b")
            try await fixture.store.requeue(lost, reason: "lost", until: nil, at: bench.tick())
            let rows = try await fixture.store.planRows().live
            #expect(Set(rows.map(\.leftBy)) == [ended, lost])
            #expect(rows.first { $0.leftBy == ended }?.key == "k")
            #expect(rows.allSatisfy { !$0.isStarting && !$0.lendsSlot && $0.memory == .mebibytes(256) })
            for attempt in [ended, lost] { try await fixture.store.markRemoved(attempt, at: bench.tick()) }
            #expect(try await fixture.store.planRows().live == [])
        }
    }

    @Test("a job begins no sooner than it may, and what waits for it is told when")
    func notBefore() async throws {
        try await SQLiteFixture.with { fixture in
            let later = WallTime(milliseconds: 60_000)
            let bench = try await GraphBench(fixture, ["a", "b: a"]) { submission in
                for index in 0..<2 { submission.nodes[index].notBefore = later }
            }
            #expect(try await bench.states() == "a pending, b pending")
            let early = try await fixture.store.wake(at: bench.tick())
            #expect(early == WakeUp(moved: 0, next: later))
            let due = try await fixture.store.wake(at: later)
            #expect(due.moved == 1)
            #expect(try await bench.states() == "a ready, b pending")
            #expect(try await bench.summary("a").readyAt == later)
        }
    }

    @Test("a job that is not begun in time ends by its queue clock, and what needs it is skipped")
    func queueClock() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a"])
            let start = bench.time.milliseconds
            let hour = WallTime(milliseconds: start + 3_600_000)
            let early = try await fixture.store.wake(at: WallTime(milliseconds: hour.milliseconds - 1))
            #expect(early == WakeUp(moved: 0, next: hour))
            #expect(try await fixture.store.wake(at: hour).moved == 1)
            let a = try await bench.summary("a")
            #expect((a.state, a.reason) == (.timedOut, "queue_clock"))
            #expect(try await bench.state("b") == .skipped)
            #expect(try await bench.rootSummary().state == .failed)
        }
    }

    @Test("a job between two attempts ends by its total clock alone")
    func totalClock() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let readyAt = bench.time.milliseconds
            let attempt = try await bench.start("a")
            try await fixture.store.requeue(attempt, reason: "engine_down", until: nil, at: bench.tick())
            let queueClock = WallTime(milliseconds: readyAt + 3_600_000)
            #expect(try await fixture.store.wake(at: queueClock).moved == 0)
            let next = try await bench.start("a")
            var outcome = AttemptOutcome(
                attempt: next, jobState: .failed, attemptState: .collected, reason: "exit_status",
                message: "It failed.",
                at: bench.tick())
            outcome.retryAt = WallTime(milliseconds: readyAt + 9_000_000)
            outcome.record = Samples.outcome(bench.root).record
            try await fixture.store.finish(outcome)
            let waiting = try await bench.summary("a")
            #expect((waiting.state, waiting.attempts, waiting.toolAttempts) == (.retrying, 2, 1))
            #expect(waiting.notBefore == outcome.retryAt)
            #expect(waiting.reason == nil)
            let attempts = try await fixture.store.attempts(of: bench.id("a"))
            #expect(attempts.map(\.outcome) == [nil, .failed])
            let total = WallTime(milliseconds: readyAt + 7_200_000)
            #expect(try await fixture.store.wake(at: bench.time).next == total)
            #expect(try await fixture.store.wake(at: total).moved == 1)
            let a = try await bench.summary("a")
            #expect((a.state, a.reason) == (.timedOut, "total_clock"))
        }
    }

    @Test("a retried attempt comes back when its time has come")
    func backOff() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let attempt = try await bench.start("a")
            let until = WallTime(milliseconds: bench.time.milliseconds + 500)
            try await fixture.store.requeue(attempt, reason: "engine_down", until: until, at: bench.time)
            #expect(try await bench.state("a") == .retrying)
            #expect(try await fixture.store.wake(at: until).moved == 1)
            #expect(try await bench.state("a") == .ready)
            try await bench.run("a")
        }
    }

    @Test("what has come due in great numbers is moved in several calls")
    func batches() async throws {
        try await SQLiteFixture.with { fixture in
            let later = WallTime(milliseconds: 60_000)
            let names = (0..<1500).map { "n\($0)" }
            _ = try await GraphBench(fixture, names) { submission in
                for index in submission.nodes.indices { submission.nodes[index].notBefore = later }
            }
            let first = try await fixture.store.wake(at: later)
            #expect(first == WakeUp(moved: 1000, next: later))
            let second = try await fixture.store.wake(at: later)
            #expect(second.moved == 500)
        }
    }

    private static func plan(of sql: String, in database: Database) throws -> [String] {
        let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        // What is asked for does not matter to the plan.
        statement.setUncheckedArguments(StatementArguments())
        return try String.fetchAll(statement, adapter: RangeRowAdapter(3..<4))
    }

    @Test("plans, wake-ups and lists read no more than they need")
    func queryPlans() async throws {
        try await SQLiteFixture.with { fixture in
            var attention = JobFilter()
            attention.needsAttention = true
            var roots = JobFilter()
            roots.rootsOnly = true
            let lists: [(String, [String])] = [
                (JobQueries.liveRows, ["job_live"]), (JobQueries.readyQueues, ["job_ready"]),
                (JobQueries.readyRows, ["job_ready", "job_live"]), (JobQueries.hasMoreReady, ["job_ready"]),
                (JobQueries.readyRowsBehindFullKeys, ["job_ready_key", "job_live"]),
                (JobQueries.expansions, ["job_expand"]),
                (JobWriter.dueJobs, ["job_due"]),
                ("SELECT min(due_at_ms) FROM job WHERE due_at_ms IS NOT NULL", ["job_due"]),
                (JobQueries.list(JobFilter(), state: .failed, before: nil).sql, ["job_ended"]),
                (JobQueries.list(JobFilter(), state: .ready, before: nil).sql, ["job_open"]),
                (JobQueries.list(attention, state: nil, before: nil).sql, ["job_attention"]),
                (JobQueries.list(roots, state: nil, before: nil).sql, ["job_roots"]),
                (
                    JobWriter.blobUses,
                    [
                        "spec_blob_digest", "job_member", "job_result", "attempt_stdout", "attempt_stderr",
                        "attempt_result",
                        "artifact_digest", "file_change_digest",
                    ]
                ),
            ]
            for (sql, indexes) in lists {
                let plan = try await fixture.store.read { database in
                    try Self.plan(of: sql, in: database)
                }
                for index in indexes { #expect(plan.contains { $0.contains(index) }, "\(plan)") }
                #expect(
                    !plan.contains { $0 == "SCAN job" || $0.hasPrefix("SCAN r") || $0 == "SCAN attempt" }, "\(plan)")
            }
            // The newest of all are read backwards along the table itself, and no further than the limit.
            let all = JobQueries.list(JobFilter(), state: nil, before: nil).sql
            let plan = try await fixture.store.read { database in
                try Self.plan(of: all, in: database)
            }
            #expect(plan.first == "SCAN job")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") })
        }
    }
}
