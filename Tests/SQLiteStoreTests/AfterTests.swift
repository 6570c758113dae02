import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What is handed in to begin after jobs that are there already.
@Suite struct AfterTests {
    /// Hands in one job after others.
    private func submit(_ fixture: SQLiteFixture, after: [JobNeed], at time: WallTime) async throws -> JobID {
        var submission = Submission(Samples.plainSpec())
        submission.after = after
        let id = fixture.ids.makeJobID()
        return try await fixture.store.submit(Acceptance(submission, ids: [id], at: time, actor: "ann"), inputs: [])
            .root
    }

    private func state(_ fixture: SQLiteFixture, _ job: JobID) async throws -> String {
        let job = try await fixture.store.summary("\(job)")
        return "\(job.state.rawValue)\(job.reason.map { " \($0)" } ?? "")"
    }

    @Test("it waits for all of them, each to end as it is said")
    func waits() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b"])
            let needs = [JobNeed(job: bench.id("a")), JobNeed(job: bench.id("b"), on: .fail)]
            let job = try await submit(fixture, after: needs, at: bench.tick())
            #expect(try await state(fixture, job) == "pending")
            let open = try await fixture.store.waitFacts(of: job).openNeeds
            #expect(open.map(\.parent) == [bench.id("a"), bench.id("b")])
            try await bench.run("a")
            #expect(try await state(fixture, job) == "pending")
            try await bench.run("b", .failed, exit: 1)
            #expect(try await state(fixture, job) == "ready")
            #expect(try await fixture.store.check().isEmpty)
        }
    }

    @Test(
        "what has ended already counts as it ended, in the same transaction",
        arguments: [
            (JobState.succeeded, Need.Outcome.ok, "ready"), (.succeeded, .any, "ready"), (.failed, .fail, "ready"),
            (.failed, .ok, "skipped upstream_failed"), (.succeeded, .fail, "skipped condition_false"),
            (.succeeded, .skipped, "skipped condition_false"),
        ] as [(JobState, Need.Outcome, String)])
    func ended(_ end: JobState, _ on: Need.Outcome, _ expected: String) async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            try await bench.run("a", end, exit: end == .succeeded ? 0 : 1)
            let job = try await submit(fixture, after: [JobNeed(job: bench.id("a"), on: on)], at: bench.tick())
            #expect(try await state(fixture, job) == expected)
            let graph = try await submit(fixture, after: [JobNeed(job: bench.root, on: on)], at: bench.tick())
            #expect(try await state(fixture, graph) == expected, "of a graph, its own end counts")
            #expect(try await fixture.store.check().isEmpty)
        }
    }

    @Test("of a graph, the jobs that need no other one of it wait, and a need that cannot be met ends all of it")
    func graph() async throws {
        try await SQLiteFixture.with { fixture in
            let first = try await GraphBench(fixture, ["a"])
            let need = [JobNeed(job: first.id("a"))]
            let second = try await GraphBench(fixture, ["x", "y: x", "z"]) { $0.after = need }
            #expect(try await second.states() == "x pending, y pending, z pending")
            #expect(try await fixture.store.needs(in: second.root, limit: 9).count == 3)
            try await first.run("a", .failed, exit: 1)
            #expect(try await second.states() == "x skipped, y skipped, z skipped")
            let root = try await second.rootSummary()
            #expect((root.state, root.reason) == (.skipped, "upstream_failed"), "nothing of it is no success")
            #expect(try await fixture.store.check().isEmpty)
        }
    }

    @Test("a job that does not exist refuses all of it")
    func missing() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let none = fixture.ids.makeJobID()
            let (needs, time) = ([JobNeed(job: bench.id("a")), JobNeed(job: none)], bench.tick())
            await #expect(throws: StoreError.notFound("\(none)")) {
                try await submit(fixture, after: needs, at: time)
            }
            #expect(try await fixture.store.jobs(limit: 9).count == 2)
        }
    }

    @Test("what came after a graph is no part of it: it deals with no failure of it, and is not made again with it")
    func apart() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let alarm = try await submit(
                fixture, after: [JobNeed(job: bench.id("a"), on: .fail)], at: bench.tick())
            let next = try await submit(fixture, after: [JobNeed(job: bench.id("a"))], at: bench.tick())
            try await bench.run("a", .failed, exit: 1)
            #expect(try await bench.rootSummary().state == .failed)
            #expect(try await state(fixture, alarm) == "ready")
            let before = try await fixture.store.jobs(limit: 99).count
            let again = try await fixture.store.retry(bench.root, ids: fixture.ids, by: "ann", at: bench.tick())
            #expect(try await fixture.store.tree(again, limit: 9).map(\.name) == ["graph", "a"])
            #expect(try await fixture.store.jobs(limit: 99).count == before + 2)
            #expect(try await state(fixture, next) == "skipped upstream_failed")
            #expect(try await fixture.store.check().isEmpty)
        }
    }
}
