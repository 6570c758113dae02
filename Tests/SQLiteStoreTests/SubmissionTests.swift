import GRDB
import Model
import Ports
import TestSupport
import Synchronization
import Testing
import Waiting

@testable import SQLiteStore

@Suite struct SubmissionTests {
    @Test("the same under the same key is accepted once, something else is refused")
    func idempotency() async throws {
        try await SQLiteFixture.with { fixture in
            var first = Samples.acceptance(fixture.ids.makeJobID())
            first.submission.idempotencyKey = "k"
            let (store, once) = (fixture.store, first)
            let receipt = try await store.submit(once, inputs: Samples.inputs)
            #expect(receipt == SubmissionReceipt(root: once.root, isNew: true))
            first.ids = [fixture.ids.makeJobID()]
            let again = try await store.submit(first, inputs: Samples.inputs)
            #expect(again == SubmissionReceipt(root: once.root, isNew: false))
            first.submission.specs[0].command = ["other"]
            let other = first
            await #expect(throws: StoreError.idempotencyConflict(key: "k", job: once.root)) {
                try await store.submit(other, inputs: Samples.inputs)
            }
            first.submission.placement.project = "elsewhere"
            let elsewhere = try await store.submit(first, inputs: Samples.inputs)
            #expect(elsewhere.isNew, "a key belongs to its project")
            #expect(try await store.jobs(limit: 9).count == 2)
        }
    }

    @Test("a delay counts from the acceptance: handed in again later, it is the same submission")
    func delayed() async throws {
        try await SQLiteFixture.with { fixture in
            var first = Samples.acceptance(fixture.ids.makeJobID())
            first.submission.idempotencyKey = "k"
            first.submission.nodes[0].delayMilliseconds = 1500
            let (store, once) = (fixture.store, first)
            let receipt = try await store.submit(once, inputs: Samples.inputs)
            #expect(try await store.summary("\(once.root)").notBefore == once.at.advanced(by: .milliseconds(1500)))
            (first.ids, first.at) = ([fixture.ids.makeJobID()], once.at.advanced(by: .seconds(9)))
            let again = try await store.submit(first, inputs: Samples.inputs)
            #expect(again == SubmissionReceipt(root: receipt.root, isNew: false))
        }
    }

    @Test("a submission whose inputs are not kept is refused whole")
    func missingInputs() async throws {
        try await SQLiteFixture.with { fixture in
            let acceptance = Samples.acceptance(fixture.ids.makeJobID())
            let missing = try await fixture.store.missingBlobs(of: Samples.inputs.map(\.reference))
            #expect(missing == Samples.inputs.map(\.reference))
            await #expect(throws: StoreError.self) { try await fixture.store.submit(acceptance, inputs: []) }
            #expect(try await fixture.store.jobs(limit: 9).isEmpty)
            for blob in Samples.inputs { try await fixture.store.keep(blob, at: acceptance.at) }
            #expect(try await fixture.store.missingBlobs(of: Samples.inputs.map(\.reference)).isEmpty)
            #expect(try await fixture.store.submit(acceptance, inputs: []).isNew)
        }
    }

    @Test("a list costs the same number of statements, however long it is")
    func listStatements() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            _ = try await GraphBench(fixture, (0..<100).map { "n\($0)" })
            func statements(_ limit: Int) async throws -> Int {
                try await store.read { database in
                    let count = Mutex(0)
                    database.trace { _ in count.withLock { $0 += 1 } }
                    defer { database.trace(options: []) }
                    let page = try JobQueries.jobs(JobFilter(), limit: limit, before: nil, in: database)
                    #expect(page.jobs.count == limit)
                    return count.withLock { $0 }
                }
            }
            let (one, hundred) = (try await statements(1), try await statements(100))
            #expect(one == hundred)
        }
    }

    @Test("a list is filtered and read page by page")
    func lists() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let bench = try await GraphBench(fixture, ["a", "b", "c", "d: a"])
            try await bench.run("a", .failed)
            try await bench.run("b")
            func names(_ change: (inout JobFilter) -> Void) async throws -> [String?] {
                var filter = JobFilter()
                change(&filter)
                return try await store.jobs(filter, limit: 9, before: nil).jobs.map(\.name)
            }
            #expect(try await names { $0.states = [.failed, .skipped] } == ["d", "a"])
            #expect(try await names { $0.states = [.ready] } == ["c"])
            #expect(try await names { $0.root = bench.root } == ["d", "c", "b", "a"])
            #expect(try await names { $0.rootsOnly = true } == ["graph"])
            #expect(try await names { $0.kinds = [.graph] } == ["graph"])
            #expect(try await names { $0.name = "b" } == ["b"])
            #expect(try await names { $0.imageName = "python" } == ["d", "c", "b", "a"])
            #expect(try await names { $0.imageName = "ruby" }.isEmpty)
            #expect(try await names { $0.project = "default" }.count == 5)
            #expect(try await names { $0.queue = "other" }.isEmpty)
            #expect(try await names { $0.reason = "upstream_failed" } == ["d"])
            #expect(try await names { $0.isHeld = true }.isEmpty)
            #expect(try await names { $0.createdSince = bench.time }.isEmpty)
            #expect(try await names { $0.createdBefore = bench.time }.count == 5)
            func counts(_ change: (inout JobFilter) -> Void) async throws -> [JobState: Int] {
                var filter = JobFilter()
                change(&filter)
                return try await store.counts(filter)
            }
            let all = try await store.read { database in
                try Row.fetchAll(database, sql: "SELECT state, count(*) AS amount FROM job GROUP BY state").reduce(
                    into: [JobState: Int]()
                ) { $0[try $1.word("state", in: "a test")] = try $1.decode(Int.self, forColumn: "amount") }
            }
            #expect(try await counts { _ in } == all)
            #expect(all == [.waiting: 1, .failed: 1, .succeeded: 1, .ready: 1, .skipped: 1])
            #expect(try await counts { $0.root = bench.root } == [.failed: 1, .succeeded: 1, .ready: 1, .skipped: 1])
            #expect(try await counts { $0.states = [.failed, .skipped] } == [.failed: 1, .skipped: 1])
            #expect(try await counts { $0.rootsOnly = true } == [.waiting: 1])
            #expect(
                try await counts {
                    ($0.imageName, $0.project, $0.queue, $0.kinds) = ("python", "default", "default", [.job])
                } == [.failed: 1, .succeeded: 1, .ready: 1, .skipped: 1])
            #expect(try await counts { $0.needsAttention = true }.isEmpty)
            var (pages, next): ([String], Int64?) = ([], nil)
            repeat {
                let page = try await store.jobs(JobFilter(), limit: 2, before: next)
                pages += page.jobs.compactMap(\.name)
                next = page.next
            } while next != nil
            #expect(pages == ["d", "c", "b", "a", "graph"])
        }
    }

    @Test("events are read on from any of them")
    func eventsAfter() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            try await bench.run("a")
            let all = try await fixture.store.events(after: 0, limit: 99)
            #expect(
                all.map(\.name) == ["submitted", "leased", "verified", "working", "finished", "finished", "removed"])
            #expect(all.map(\.state) == [.waiting, .leased, nil, .running, .succeeded, .succeeded, nil])
            let rest = try await fixture.store.events(after: all[2].ordinal, limit: 2)
            #expect(rest == Array(all[3..<5]))
        }
    }

    @Test("who watches is told the roots of each commit, until the watch is over")
    func watch() async throws {
        try await SQLiteFixture.with { fixture in
            let single = fixture.ids.makeJobID()
            let (mine, all) = (Told(), Told())
            let watching = fixture.store.watch(root: single) { mine.add([single]) }
            let watchingAll = fixture.store.watchAll { all.add([]) }
            let bench = try await GraphBench(fixture, ["a"])
            #expect((mine.all.count, all.all.count) == (0, 1))
            try await fixture.store.accept(single)
            _ = try await fixture.store.jobs(limit: 1)
            #expect((mine.all.count, all.all.count) == (1, 2))
            watching.end()
            watchingAll.end()
            try await bench.run("a")
            #expect((mine.all.count, all.all.count) == (1, 2))
        }
    }
}
