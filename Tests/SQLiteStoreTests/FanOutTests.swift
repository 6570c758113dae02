import GRDB
import Model
import Planner
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// Fan-outs, children that jobs add, and files that one job leaves for another.
@Suite struct FanOutTests {
    /// A list, a fan-out over it, and what comes after.
    private func bench(_ fixture: SQLiteFixture) async throws -> GraphBench {
        try await GraphBench(fixture, ["list", "each: list", "sum: each"]) { submission in
            submission.nodes[1].kind = .map
            submission.nodes[1].each = .init(node: "list", limit: 5)
            var spec = Samples.plainSpec()
            spec.files = [.init(path: "in.json", reference: InputReference(node: "each", part: .result))]
            submission.specs.append(spec)
            submission.nodes[2].spec = 1
        }
    }

    private func expand(_ bench: GraphBench, _ members: [String]) async throws {
        let ids = members.map { _ in bench.ids.makeJobID() }
        try await bench.store.expand(
            bench.id("each"), members: members.map { Samples.content($0) }, ids: ids, at: bench.tick())
        for (index, id) in ids.enumerated() { bench.name(id, "each.\(index)") }
    }

    @Test("a fan-out becomes a job for each member, and its result is the list of theirs")
    func fanOut() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, bench) = (fixture.store, try await bench(fixture))
            #expect(try await store.expansions(limit: 9).isEmpty)
            try await bench.run("list", result: "[1,2,3]")
            let found = try #require(try await store.expansions(limit: 9).first)
            #expect(found.job == bench.id("each"))
            #expect(found.each.limit == 5)
            #expect(found.result == Samples.content("[1,2,3]").reference)
            let before = try await store.planRows()
            #expect(before.ready.isEmpty, "a fan-out has no sandbox")
            try await expand(bench, ["1", "2", "3"])
            let map = try await bench.summary("each")
            #expect((map.state, map.openNeeds) == (.waiting, 3))
            #expect(try await bench.rootSummary().openNeeds == 5)
            let child = try await store.job("\(bench.id("each.1"))")
            #expect((child.summary.name, child.summary.parent) == ("each.1", bench.id("each")))
            #expect(child.spec.files.map(\.path) == ["item.json"])
            #expect(child.spec.files[0].digest == Samples.content("2").reference.digest)
            let specs = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM spec") }
            #expect(specs == 2, "members share their spec")
            try await bench.run("each.2", result: "9")
            try await bench.run("each.0", result: "1")
            try await bench.run("each.1")
            #expect(try await bench.state("each") == .succeeded)
            let result = try #require(try await store.result(of: bench.id("each")))
            let bytes = try await store.bytes(of: result, from: 0, count: 99)
            #expect(String(decoding: bytes, as: UTF8.self) == "[1,null,9]")
            let files = try await store.inputs(of: bench.id("sum"))
            #expect(files.map(\.digest) == [result.digest])
            #expect(files[0].size == result.size)
            try await bench.run("sum")
            #expect(try await bench.rootSummary().state == .succeeded)
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a fan-out over nothing has succeeded at once, with an empty list")
    func empty() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await bench(fixture)
            try await bench.run("list", result: "[]")
            try await expand(bench, [])
            #expect(try await bench.states() == "each succeeded, list succeeded, sum ready")
            let result = try #require(try await fixture.store.result(of: bench.id("each")))
            #expect(result.size.bytes == 2)
        }
    }

    @Test("a member that fails is the failure of its fan-out, once, when all have ended")
    func failure() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await bench(fixture)
            try await bench.run("list", result: "[1,2]")
            try await expand(bench, ["1", "2"])
            try await bench.run("each.0", .failed, exit: 1)
            #expect(try await bench.state("each") == .waiting)
            try await bench.run("each.1")
            let map = try await bench.summary("each")
            #expect((map.state, map.reason, map.message) == (.failed, "node_failed", "each.0 ended as failed."))
            #expect(try await bench.state("sum") == .skipped)
            let root = try await bench.rootSummary()
            #expect(root.message == "each ended as failed.")
            await #expect(throws: StoreError.self) {
                try await fixture.store.retry(bench.id("each.0"), ids: fixture.ids, by: "ann", at: bench.tick())
            }
        }
    }

    @Test("a list longer than its limit is refused whole")
    func tooMany() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await bench(fixture)
            try await bench.run("list", result: "[]")
            await #expect(throws: StoreError.self) { try await expand(bench, ["1", "2", "3", "4", "5", "6"]) }
            #expect(try await bench.state("each") == .ready)
        }
    }

    @Test("results of members that lie in files are read from there, and too many bytes are an error")
    func largeResults() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await bench(fixture)
            try await bench.run("list", result: "[1,2]")
            try await expand(bench, ["1", "2"])
            let text = "\"" + String(repeating: "x", count: 9 << 20) + "\""
            let large = Samples.content(text).reference
            fixture.blobs.add(Array(text.utf8), as: large)
            for name in ["each.0", "each.1"] {
                let attempt = try await bench.start(name)
                var outcome = AttemptOutcome(
                    attempt: attempt, jobState: .succeeded, attemptState: .collected, reason: "r", message: "m",
                    at: bench.tick())
                outcome.result = Blob(reference: large, inlineBytes: nil)
                try await fixture.store.finish(outcome)
            }
            let map = try await bench.summary("each")
            #expect((map.state, map.reason) == (.errored, "result_too_large"))
        }
    }

    @Test("cancelling a fan-out ends its members, and itself as cancelled")
    func cancel() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await bench(fixture)
            try await bench.run("list", result: "[1,2]")
            try await expand(bench, ["1", "2"])
            let attempt = try await bench.start("each.0")
            let order = CancelOrder(isTree: false, actor: "ann", at: bench.tick())
            let receipt = try await fixture.store.cancel(bench.id("each"), order)
            #expect(receipt == CancelReceipt(ended: 1, live: [bench.id("each.0")]))
            try await bench.end(attempt, .cancelled)
            #expect(try await bench.state("each") == .cancelled)
            #expect(try await bench.state("sum") == .skipped)
        }
    }

    @Test("children that a job adds stand under its root, which ends with the last of them")
    func addedChildren() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let attempt = try await bench.start("a")
            var acceptance = Samples.acceptance(fixture.ids.makeJobID(), at: bench.tick().milliseconds)
            acceptance.submission.specs = [Samples.plainSpec()]
            acceptance.parent = bench.id("a")
            let receipt = try await fixture.store.submit(acceptance, inputs: [])
            #expect(receipt == SubmissionReceipt(root: bench.root, isNew: true))
            bench.name(acceptance.root, "child")
            let child = try await bench.summary("child")
            #expect((child.parent, child.root) == (bench.id("a"), bench.root))
            try await bench.end(attempt, .succeeded)
            #expect(try await bench.rootSummary().state == .waiting)
            try await bench.run("child")
            #expect(try await bench.rootSummary().state == .succeeded)
            acceptance.ids = [fixture.ids.makeJobID()]
            let late = acceptance
            await #expect(throws: StoreError.self) { try await fixture.store.submit(late, inputs: []) }
        }
    }

    @Test("files of another job are its result, its output and its artifacts, or a clear error")
    func inputs() async throws {
        try await SQLiteFixture.with { fixture in
            let parts: [(String, InputReference)] = [
                ("r", .init(node: "a", part: .result)), ("o", .init(node: "a", part: .stdout)),
                ("f", .init(node: "a", part: .artifact, path: "out/chart.svg")),
            ]
            let bench = try await GraphBench(fixture, ["a", "b: a", "c: a=any"]) { submission in
                var spec = Samples.plainSpec()
                spec.files = parts.map { .init(path: $0.0, isExecutable: true, reference: $0.1) }
                submission.specs.append(spec)
                spec.files = [.init(path: "x", reference: .init(node: "a", part: .artifact, path: "out/more"))]
                submission.specs.append(spec)
                (submission.nodes[1].spec, submission.nodes[2].spec) = (1, 2)
            }
            let attempt = try await bench.start("a")
            let outcome = Samples.outcome(attempt.job)
            try await fixture.store.finish(outcome)
            let files = try await fixture.store.inputs(of: bench.id("b"))
            let wanted = [outcome.result?.reference, outcome.stdout?.reference, outcome.artifacts[0].blob]
            #expect(files.map(\.digest) == wanted.map { $0?.digest })
            #expect(files.map(\.size) == wanted.map { $0?.size })
            #expect(files.allSatisfy { $0.isExecutable })
            let missing = StoreError.referenceMissing(file: "x", node: "a", part: "out/more")
            await #expect(throws: missing) { try await fixture.store.inputs(of: bench.id("c")) }
        }
    }
}
