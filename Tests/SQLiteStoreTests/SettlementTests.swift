import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What the end of one job means for those that need it.
@Suite struct SettlementTests {
    @Test("a job begins when all of its needs are met, and the graph ends with its last job")
    func diamond() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a", "c: a", "d: b, c"])
            let first = try await bench.states()
            #expect(first == "a ready, b pending, c pending, d pending")
            #expect(try await bench.rootSummary().openNeeds == 4)
            try await bench.run("a")
            #expect(try await bench.states() == "a succeeded, b ready, c ready, d pending")
            #expect(try await bench.summary("b").readyAt == bench.time)
            try await bench.run("b")
            #expect(try await bench.summary("d").openNeeds == 1)
            try await bench.run("c")
            try await bench.run("d")
            let root = try await bench.rootSummary()
            #expect((root.state, root.reason, root.openNeeds) == (.succeeded, "children_ended", 0))
            #expect(root.finishedAt == bench.time)
            let events = try await fixture.store.events(of: bench.root)
            #expect(events.map(\.sequence) == Array(1...events.count))
            #expect(events.first?.name == "submitted")
            #expect(events.first?.actor == "ann")
            #expect(events.filter { $0.name == "ready" }.count == 3)
            #expect(events.filter { $0.job == bench.root }.map(\.name) == ["submitted", "finished"])
        }
    }

    @Test("what cannot begin any more is skipped at once, and so is all that comes after it")
    func skipped() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(
                fixture, ["a", "b: a", "c: b", "d: c", "e: a=any", "f: a=fail", "g: c=skipped"])
            try await bench.run("a", .failed, exit: 1)
            #expect(
                try await bench.states() == "a failed, b skipped, c skipped, d skipped, e ready, f ready, g ready")
            let why = try await bench.summary("b")
            #expect((why.reason, why.message) == ("upstream_failed", "a ended as failed, but was to succeed."))
            for name in ["e", "f", "g"] { try await bench.run(name) }
            let root = try await bench.rootSummary()
            #expect(root.state == .succeeded, "the failure was dealt with by f")
        }
    }

    @Test(
        "a failure that nobody deals with is the graph's",
        arguments: [JobState.failed, .timedOut, .oomKilled, .errored])
    func unhandled(state: JobState) async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a", "c"])
            try await bench.run("a", state)
            #expect(try await bench.rootSummary().state == .waiting)
            try await bench.run("c")
            let root = try await bench.rootSummary()
            #expect((root.state, root.reason) == (.failed, "node_failed"))
            #expect(root.message == "a ended as \(state.rawValue).")
        }
    }

    @Test("conditions are asked with result, state and exit code, and their errors are told")
    func conditions() async throws {
        let conditions = EdgeCondition { source, names in
            if source == "broken" { throw ModelError.malformed(field: "condition", value: source, expected: "whole") }
            return source == "\(names.result) \(names.state.rawValue) \(names.exitCode.map { "\($0)" } ?? "None")"
        }
        try await SQLiteFixture.with(conditions: conditions) { fixture in
            let bench = try await GraphBench(
                fixture,
                [
                    "a", "b: a=object([\"x\": Model.JSONValue.integer(7)]) failed 3", "c: a=else", "d: a=broken",
                    "e: d=fail",
                ])
            try await bench.run("a", .failed, exit: 3, result: #"{"x":7}"#)
            #expect(try await bench.states() == "a failed, b ready, c skipped, d errored, e ready")
            let (c, d) = (try await bench.summary("c"), try await bench.summary("d"))
            #expect(c.reason == "condition_false")
            #expect(d.reason == "condition_error")
            #expect(d.message?.contains("condition") == true)
        }
    }

    @Test("a result is None if there is none or it is no JSON, and an error if it is too large")
    func conditionResults() async throws {
        let conditions = EdgeCondition { _, names in names.result == .null }
        try await SQLiteFixture.with(conditions: conditions) { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c", "x: a=none", "y: b=none", "z: c=none"])
            try await bench.run("a")
            try await bench.run("b", result: "{")
            try await bench.run("c", result: "\"" + String(repeating: "x", count: 64 << 10) + "\"")
            #expect(try await bench.states() == "a succeeded, b succeeded, c succeeded, x ready, y ready, z errored")
        }
    }

    @Test("nothing is asked about what was not begun")
    func conditionOnSkipped() async throws {
        try await SQLiteFixture.with(conditions: EdgeCondition { _, _ in true }) { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a=fail", "c: b=always"])
            try await bench.run("a")
            #expect(try await bench.states() == "a succeeded, b skipped, c skipped")
            #expect(try await bench.rootSummary().state == .succeeded)
        }
    }

    @Test("a chain of ten thousand is skipped in one call")
    func deepChain() async throws {
        try await SQLiteFixture.with { fixture in
            let chain = (1..<10_000).map { "n\($0): n\($0 - 1)" }
            let bench = try await GraphBench(fixture, ["n0"] + chain)
            try await bench.run("n0", .failed, exit: 1)
            let counts = try await fixture.store.counts(in: bench.root)
            #expect(counts == [.failed: 1, .skipped: 9999])
            #expect(try await bench.rootSummary().state == .failed)
        }
    }

    @Test("a need that is settled after its job has ended changes nothing more")
    func lateNeed() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c: a, b"])
            try await bench.run("a", .failed, exit: 1)
            try await bench.run("b")
            #expect(try await bench.state("c") == .skipped)
            let needs = try await fixture.store.needs(in: bench.root, limit: 10)
            #expect(needs.map(\.isMet) == [false, true])
            #expect(needs.map(\.parentName) == ["a", "b"])
        }
    }
}
