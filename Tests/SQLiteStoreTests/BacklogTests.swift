import GRDB
import GRDBSQLite
import Model
import Planner
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

/// What a plan costs does not grow with what waits: counted in steps of SQLite's machine, not in time.
@Suite struct BacklogTests {
    @Test(
        "to plan among a million ready jobs takes as many steps as among ten thousand, whatever keeps most of them from beginning"
    )
    func aMillionReadyJobs() async throws {
        let few = try await plan(waiting: 10_000)
        let many = try await plan(waiting: 1_000_000)
        for found in [few, many] {
            let (plain, keyed) = (
                found.rows.ready.filter { $0.queue == QueueID() }, found.rows.ready.filter { $0.queue != QueueID() }
            )
            #expect(plain.count == PlanRows.readyPerQueue)
            // Behind all those whose key is full: a job of each other key, and those without one.
            #expect(keyed.map { $0.concurrency?.key ?? "-" } == ["free0", "-", "free1", "-", "free2", "-", "free3"])
        }
        #expect(few.steps > 1000)
        #expect(abs(many.steps - few.steps) <= 100)
    }

    /// Half of the jobs wait in one queue, half in another, where nearly all have a key that a running job has.
    private func plan(waiting count: Int) async throws -> Found {
        let temporary = TemporaryStore()
        let store = try temporary.real
        try store.writeNow { database in
            try Self.makeQueues(2, in: database)
            try Self.insert(1...count / 2, queue: "1", in: database)
            try Self.insert(count / 2 + 1...count, queue: "2", key: "'full'", in: database)
            try Self.insert(
                count + 1...count + 7, queue: "2", key: "iif(i % 2 = 0, NULL, 'free' || ((i % 8) / 2))", in: database)
            try Self.insert(count + 8...count + 8, state: "running", queue: "1", key: "'full'", in: database)
        }
        return try await store.read { try Self.plan(in: $0) }
    }

    @Test("of more queues than can be seen at once, all are seen in turn, and no plan looks at more than it may")
    func moreQueuesThanRows() async throws {
        try await SQLiteFixture.with { fixture in
            let queues = PlanRows.readyInAll + 1000
            try fixture.store.writeNow { database in
                try Self.makeQueues(queues, in: database)
                try Self.insert(1...queues * 3, queue: "1 + i % \(queues)", in: database)
            }
            var seen: Set<QueueID> = []
            var turn: Int64 = 0
            for _ in 0..<2 {
                let found = try await fixture.store.read { [turn] in try Self.plan(in: $0, after: turn) }
                #expect(found.rows.ready.count == PlanRows.readyInAll)
                #expect(found.rows.queues.count == PlanRows.readyInAll)
                seen.formUnion(found.rows.ready.map(\.queue))
                turn = found.next
            }
            #expect(seen.count == queues)
            // The store goes on by itself.
            let (first, second) = (try await fixture.store.planRows(), try await fixture.store.planRows())
            #expect(Set(first.ready.map(\.queue)).union(second.ready.map(\.queue)).count == queues)
        }
    }

    @Test("once all queues can be seen again, every one is, and each once")
    func backToFewQueues() async throws {
        try await SQLiteFixture.with { fixture in
            try fixture.store.writeNow { database in
                try Self.makeQueues(10, in: database)
                try Self.insert(1...30, queue: "1 + i % 10", in: database)
            }
            let found = try await fixture.store.read { try Self.plan(in: $0, after: 4) }
            #expect(found.next == 0)
            #expect(found.rows.queues.count == 10)
            #expect(found.rows.ready.count == 30)
            #expect(Set(found.rows.ready.map(\.job)).count == 30)
        }
    }

    // MARK: Rows

    /// Makes rows as if they had been submitted, in one statement.
    ///
    /// - Parameters:
    ///   - queue: SQL for the queue of row `i`.
    ///   - key: SQL for its key; its limit is 1.
    private static func insert(
        _ range: ClosedRange<Int>, state: String = "ready", queue: String, key: String = "NULL", in database: Database
    ) throws {
        try database.execute(
            sql: """
                WITH RECURSIVE n(i) AS (SELECT \(range.lowerBound) UNION ALL SELECT i + 1 FROM n WHERE i < \(range.upperBound))
                INSERT INTO job (ordinal, id, kind, root, state, spec, queue, key, key_limit, created_at_ms, ready_at_ms)
                SELECT i, printf('%012d', i), 'job', i, '\(state)', 1, \(queue), \(key), iif(\(key) IS NULL, NULL, 1), 1, 1 FROM n
                """)
    }

    private static func makeQueues(_ count: Int, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO spec VALUES (1, 'sha256:d', '{}', 'shell', '[]', 'pure', 1000, 1048576, 1, 1);
                WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO queue (ordinal, project, name) SELECT i, 'default', printf('q%06d', i) FROM n
                """)
    }

    // MARK: Steps

    private struct Found: Sendable {
        let rows: PlanRows
        let next: Int64
        /// Of SQLite's machine; told ten at a time for each statement.
        let steps: Int
    }

    private final class Steps: Sendable {
        let tens = Atomic(0)
    }

    private static func plan(in database: Database, after turn: Int64 = 0) throws -> Found {
        let steps = Steps()
        // SQLite holds the counter no longer than this function does.
        sqlite3_progress_handler(
            database.sqliteConnection, 10,
            { steps in
                guard let steps else { return 0 }
                Unmanaged<Steps>.fromOpaque(steps).takeUnretainedValue().tens.add(1, ordering: .relaxed)
                return 0
            }, Unmanaged.passUnretained(steps).toOpaque())
        defer { sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil) }
        let (rows, next) = try JobQueries.planRows(in: database, after: turn)
        return Found(rows: rows, next: next, steps: steps.tens.load(ordering: .relaxed) * 10)
    }
}
