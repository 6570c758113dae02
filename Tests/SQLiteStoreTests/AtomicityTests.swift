import GRDB
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

/// Every write is done whole or not at all, whatever fails and whoever else writes.
@Suite struct AtomicityTests {
    private typealias Write = @Sendable (JobWriter) throws -> Void

    /// Everything that is stored, as text.
    private func contents(_ store: SQLiteJobStore) async throws -> String {
        try await store.read { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            return try tables.map { table in
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\($0)" }
                return "\(table)\n" + rows.joined(separator: "\n")
            }.joined(separator: "\n\n")
        }
    }

    /// A graph in the middle of its life, and one write of each kind that fits it.
    private func writes(_ fixture: SQLiteFixture) async throws -> [(String, Write)] {
        let bench = try await GraphBench(
            fixture, ["a", "b: a", "c: b", "d: a=fail", "e", "gate", "list", "each: list", "f"]
        ) {
            ($0.nodes[5].kind, $0.nodes[5].spec) = (.approval, nil)
            $0.nodes[7].kind = .map
            $0.nodes[7].each = .init(node: "list")
        }
        try await bench.run("list", result: "[1]")
        try await bench.run("f", .failed)
        let (a, ids, root) = (try await bench.start("a"), fixture.ids, bench.root)
        let (e, gate, each, f) = (bench.id("e"), bench.id("gate"), bench.id("each"), bench.id("f"))
        let (time, child) = (bench.tick(), ids.makeJobID())
        var failure = Samples.outcome(a.job, state: .failed)
        failure.attention = "retries_used_up"
        var again = failure
        again.retryAt = time
        let prepared = try PreparedSubmission(Samples.acceptance(ids.makeJobID()))
        let intent = Samples.intent(e)
        let (order, flag) = (CancelOrder(actor: "ann", at: time), JobSummary.Flag(actor: "ann", at: time))
        let (fails, retries) = (failure, again)
        let late = WallTime(milliseconds: 400 * 86_400_000)
        return [
            ("submit", { _ = try $0.submit(prepared, inputs: Samples.inputs) }),
            ("lease", { try $0.lease(intent) }),
            ("finish", { try $0.finish(fails, OutcomeDocuments(fails)) }),
            ("finish for another attempt", { try $0.finish(retries, OutcomeDocuments(retries)) }),
            ("requeue", { try $0.requeue(a, reason: "lost", until: nil, at: time) }),
            ("stopping", { try $0.markStopping(a, at: time) }),
            ("adopt", { _ = try $0.markAdopted(a, at: time) }),
            ("cancel", { _ = try $0.cancel(root, order) }),
            ("hold", { try $0.hold(root, flag, by: "ann", at: time) }),
            ("decide", { try $0.decide(gate, isApproved: false, flag) }),
            ("expand", { try $0.expand(each, members: [Samples.content("1")], ids: [child], at: time) }),
            ("retry", { _ = try $0.retry(f, ids: ids, by: "ann", at: time) }),
            ("wake", { _ = try $0.wake(at: late) }),
            ("end", { try $0.end(e, as: .errored, .init(at: time, reason: "r", message: "m")) }),
        ]
    }

    /// Thrown in place of a statement.
    private struct Fault: Error {}

    private static func failing(at statement: Int) -> () throws -> Void {
        var count = 0
        return {
            defer { count += 1 }
            if count == statement { throw Fault() }
        }
    }

    @Test("each statement of each write is made to fail: the database is as before, and then as after")
    func faults() async throws {
        for index in 0..<14 {
            try await SQLiteFixture.with { fixture in
                let (store, (name, write)) = (fixture.store, try await writes(fixture)[index])
                let before = try await contents(store)
                var statements = 0
                var isOver = false
                while !isOver, statements < 500 {
                    let failAt = statements
                    let result = await Result.of {
                        try await store.write { writer in
                            writer.beforeChange = Self.failing(at: failAt)
                            try write(writer)
                        }
                    }
                    if case .success = result {
                        isOver = true
                    } else {
                        let after = try await contents(store)
                        #expect(after == before, "\(name), statement \(failAt)")
                        statements += 1
                    }
                }
                #expect(isOver && statements > 0, "\(name): \(statements) statements")
                let faults = try await store.check()
                #expect(faults.isEmpty, "\(name): \(faults)")
            }
        }
    }

    private final class Claims: Sendable {
        private let state = Mutex<[JobID: Int]>([:])
        var all: [JobID: Int] { state.withLock(\.self) }
        func has(_ job: JobID) -> Bool { state.withLock { $0[job] != nil } }
        func add(_ job: JobID) { state.withLock { $0[job, default: 0] += 1 } }
    }

    @Test("eight workers claim a thousand jobs each, and each job is claimed once")
    func claims() async throws {
        let store = TemporaryStore()
        let real = try store.real
        let names = (0..<8000).map { NodeSpec(name: "n\($0)", spec: 0) }
        let ids = SeededIDs(seed: 5)
        let made = (0...8000).map { _ in ids.makeJobID() }
        let submission = Submission(nodes: names, specs: [Samples.plainSpec()], isGraph: true)
        _ = try await real.submit(
            Acceptance(submission, ids: made, at: WallTime(milliseconds: 1), actor: ""), inputs: [])
        let claims = Claims()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    // Each tries every job, from another place on.
                    for offset in 0..<8000 {
                        let job = made[1 + (offset + worker * 1000) % 8000]
                        if claims.has(job) { continue }
                        do {
                            try await real.lease(Samples.intent(job))
                            claims.add(job)
                        } catch let error as StoreError {
                            guard case .conflict = error else { throw error }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let counts = claims.all
        #expect(counts.count == 8000)
        #expect(counts.values.allSatisfy { $0 == 1 })
        let leased = try await real.counts(in: made[0])
        #expect(leased == [.leased: 8000])
    }

    @Test("of writes that share a commit, the one that fails is undone alone")
    func oneFailsAlone() async throws {
        let store = TemporaryStore()
        let real = try store.real
        let ids = (0..<200).map { _ in SeededIDs.unlikeOthers().makeJobID() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, id) in ids.enumerated() {
                group.addTask {
                    try await real.accept(id)
                    guard index % 3 == 0 else { return }
                    await #expect(throws: StoreError.self) { try await real.accept(id) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await real.jobs(limit: 999).count == 200)
        #expect(try await real.events(after: 0, limit: 999).count == 200)
    }

    @Test("a fault that takes the whole transaction with it fails its own write alone")
    func wholeTransactionLost() async throws {
        let store = TemporaryStore()
        let real = try store.real
        let ids = (0..<40).map { _ in SeededIDs.unlikeOthers().makeJobID() }
        let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (index, id) in ids.enumerated() {
                group.addTask {
                    let prepared = try PreparedSubmission(Samples.acceptance(id))
                    let result = await Result.of {
                        try await real.write { writer in
                            _ = try writer.submit(prepared, inputs: Samples.inputs)
                            guard index == 20 else { return }
                            try writer.database.execute(sql: "ROLLBACK")
                            throw Fault()
                        }
                    }
                    if case .failure = result { return true }
                    return false
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failed == 1)
        #expect(try await real.jobs(limit: 99).count == 39)
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ body: () async throws -> Success) async -> Result {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
