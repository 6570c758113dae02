import GRDB
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct SchemaTests {
    /// A database in memory with one job, its attempt and a blob in it.
    private func database() throws -> DatabaseQueue {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database)
        let id = try JobID("abc000000000")
        let prepared = try PreparedSubmission(Samples.acceptance(id))
        try database.write {
            let writer = JobWriter($0, condition: .none, blobs: MemoryBlobs())
            _ = try writer.submit(prepared, inputs: Samples.inputs)
            try writer.lease(Samples.intent(id))
            try $0.execute(
                sql: "INSERT INTO blob VALUES (?, 1, X'00')",
                arguments: ["sha256:" + String(repeating: "a", count: 64)])
        }
        return database
    }

    @Test(
        "the tables refuse what must not be",
        arguments: [
            "UPDATE job SET state = 'asleep'",
            "UPDATE job SET state = 'succeeded'",
            "UPDATE job SET finished_at_ms = 1",
            "UPDATE job SET created_at_ms = 'today'",
            "UPDATE job SET id = 'short'",
            "DELETE FROM job",
            "UPDATE attempt SET state = 'running'",
            "UPDATE attempt SET state = 'collected'",
            "UPDATE attempt SET finished_at_ms = 1",
            "UPDATE attempt SET number = 0",
            "UPDATE attempt SET stdout_digest = 'sha256:unknown'",
            "INSERT INTO attempt SELECT job_id, 2, state, profile_digest, 1, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL FROM attempt",
            "INSERT INTO sandbox (job_id, attempt, container_name, frame_key) VALUES ('abc000000000', 2, 'other', 'ff')",
            "INSERT INTO sandbox SELECT job_id, 2, container_name, frame_key, NULL, NULL, NULL, NULL, 0 FROM sandbox",
            "UPDATE attempt SET outcome = 'running'",
            "INSERT INTO event VALUES (NULL, 1, 2, 1, 1, 'again', NULL, NULL, NULL)",
            "INSERT INTO event VALUES (NULL, 1, 0, 1, 1, 'early', NULL, NULL, NULL)",
            "INSERT INTO event VALUES (NULL, 1, 9, 7, 1, 'other', NULL, NULL, NULL)",
            "UPDATE event SET name = 'other'",
            "DELETE FROM event",
            "UPDATE job SET root = 7",
            "UPDATE job SET spec = NULL",
            "UPDATE job SET parent = 7",
            "UPDATE job SET key = 'k'",
            "UPDATE job SET open_needs = -1",
            "UPDATE job SET tool_attempts = 2",
            "UPDATE job SET priority = 101",
            "UPDATE job SET lineage_kind = 'retry'",
            "UPDATE job SET state = 'failed', finished_at_ms = 1, due_at_ms = 2",
            "UPDATE job SET state = 'failed', finished_at_ms = 1; UPDATE job SET state = 'succeeded'",
            "UPDATE job SET state = 'failed', finished_at_ms = 1; UPDATE job SET message = 'other'",
            "UPDATE queue SET weight = 0",
            "INSERT INTO queue (project, name) VALUES ('default', 'default')",
            "INSERT INTO job_edge VALUES (1, 1, 'maybe', NULL, NULL)",
            "INSERT INTO job_edge VALUES (1, 1, 'when', NULL, NULL)",
            "INSERT INTO job_edge VALUES (1, 7, 'ok', NULL, NULL)",
            "UPDATE spec SET effect = 'none'",
            "INSERT INTO staged_blob VALUES ('sha256:unknown', 1)",
            "UPDATE blob SET size_bytes = 2",
            "UPDATE blob SET digest = 'md5:a'",
            "INSERT INTO artifact VALUES ('abc000000000', 1, 0, 'out', NULL, NULL)",
            "INSERT INTO installation VALUES (2, '00000000', 1)",
        ])
    func constraints(sql: String) throws {
        let error = #expect(throws: DatabaseError.self) { try database().write { try $0.execute(sql: sql) } }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT, "\(sql)")
    }

    @Test("every state of today can be stored", arguments: JobState.allCases)
    func jobStates(state: JobState) throws {
        try database().write {
            try $0.execute(
                sql: "UPDATE job SET state = ?, finished_at_ms = ?",
                arguments: [state.rawValue, state.isTerminal ? 1 : nil])
        }
    }

    @Test("every state of an attempt can be stored", arguments: AttemptState.allCases)
    func attemptStates(state: AttemptState) throws {
        try database().write {
            let isOver = state.isFinal || state == .collected
            try $0.execute(
                sql: "UPDATE attempt SET state = ?, finished_at_ms = ?",
                arguments: [state.rawValue, isOver ? 1 : nil])
        }
    }

    @Test("all tables of ours are strict")
    func strict() throws {
        let loose = try database().read {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT name FROM pragma_table_list
                    WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                    """)
        }
        #expect(loose.isEmpty)
    }

    @Test(
        "recovery looks at open rows only",
        arguments: [(JobQueries.liveAttempts, "sandbox_live")])
    func partialIndexes(sql: String, index: String) throws {
        let plan = try database().read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN " + sql) }
        #expect(plan.contains { ($0["detail"] as String).contains(index) }, "\(plan)")
    }

    @Test("a database of a newer release is refused, and left as it is")
    func newer() async throws {
        try await TemporaryFolder.with { folder in
            try await SQLiteFixture(folder: folder).store.close()
            let plain = try DatabaseQueue(path: folder.file("caisson.db"))
            try await plain.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('0099-later')") }
            try plain.close()
            let before = try folder.contents()["caisson.db"]

            await #expect(throws: StoreError.newer(found: "0099-later")) { try await SQLiteFixture(folder: folder) }
            let reader = SQLiteJobReader(folder: folder.path, blobs: MemoryBlobs())
            await #expect(throws: StoreError.newer(found: "0099-later")) { try await reader.jobs(limit: 1) }
            #expect(try folder.contents()["caisson.db"] == before)
        }
    }
}
