import GRDB
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct SchemaQueueTests {
    @Test("a database of the release before the queue is brought up to date with all it holds, and copied before")
    func upgrade() async throws {
        try await TemporaryFolder.with { folder in
            let old = try DatabaseQueue(path: folder.file("caisson.db"))
            try Schema.migrator.migrate(old, upTo: "0004-changes")
            let spec = try StoredJSON.text(of: Samples.spec())
            let record = try StoredJSON.text(of: Samples.outcome(JobID("aaa000000000")).record)
            try await old.write { database in
                func job(_ id: String, _ state: String, spec: String, digest: String, ended: Int?) throws {
                    try database.execute(
                        sql: """
                            INSERT INTO job (id, state, spec, spec_digest, created_at_ms, finished_at_ms, reason, message)
                            VALUES (?, ?, ?, ?, 1000, ?, ?, ?)
                            """,
                        arguments: [
                            id, state, spec, digest, ended, ended.map { _ in "exit_status" }, ended.map { _ in "M" },
                        ])
                    try database.execute(
                        sql: "INSERT INTO event (job_id, sequence, at_ms, name) VALUES (?, 1, 1000, 'submitted')",
                        arguments: [id])
                }
                try database.execute(sql: "INSERT INTO installation VALUES (1, 'abcdefgh', 1)")
                try job("aaa000000000", "failed", spec: spec, digest: "sha256:one", ended: 5000)
                try job("bbb000000000", "running", spec: spec, digest: "sha256:one", ended: nil)
                try job("ccc000000000", "ready", spec: "{}", digest: "sha256:two", ended: nil)
                try database.execute(
                    sql: """
                        INSERT INTO attempt (job_id, number, state, profile_digest, created_at_ms, finished_at_ms, record)
                        VALUES ('aaa000000000', 1, 'lost', 'p', 2000, 3000, NULL),
                            ('aaa000000000', 2, 'removed', 'p', 3500, 5000, '\(record)'),
                            ('bbb000000000', 1, 'working', 'p', 2500, NULL, NULL);
                        INSERT INTO sandbox (job_id, attempt, container_name, frame_key, container_id)
                        VALUES ('bbb000000000', 1, 'c', 'ff', 'id');
                        INSERT INTO sandbox (job_id, attempt, container_name, frame_key, removed_at_ms)
                        VALUES ('aaa000000000', 1, 'a1', 'ff', 1), ('aaa000000000', 2, 'a2', 'ff', 1);
                        INSERT INTO event (job_id, sequence, at_ms, name, attempt)
                        VALUES ('bbb000000000', 2, 2500, 'leased', 1), ('aaa000000000', 2, 2000, 'leased', 1);
                        """)
            }
            try old.close()
            let reader = SQLiteJobReader(folder: folder.path, blobs: MemoryBlobs())
            await #expect(throws: StoreError.self) { try await reader.jobs(limit: 9) }

            let fixture = try await SQLiteFixture(folder: folder)
            let store = fixture.store
            #expect(try folder.mode(of: "caisson.db.before-0005-queue") == 0o600)
            let jobs = try await store.jobs(limit: 9)
            #expect(jobs.map(\.id.description) == ["ccc000000000", "bbb000000000", "aaa000000000"])
            let failed = jobs[2]
            #expect((failed.state, failed.reason, failed.message) == (.failed, "exit_status", "M"))
            #expect((failed.attempts, failed.toolAttempts, failed.root) == (2, 1, failed.id))
            #expect(
                (failed.startedAt, failed.finishedAt) == (WallTime(milliseconds: 3500), WallTime(milliseconds: 5000)))
            #expect((failed.imageName, failed.specDigest) == ("python", "sha256:one"))
            #expect(try await store.job("bbb").spec == Samples.spec())
            await #expect(throws: StoreError.self) { try await store.job("ccc") }
            let attempts = try await store.attempts(of: failed.id)
            #expect(attempts.map(\.outcome) == [nil, .failed])
            let live = try await store.liveAttempts()
            #expect(live.map(\.containerID) == ["id"])
            let events = try await store.events(after: 0, limit: 99)
            #expect(events.map(\.sequence) == [1, 1, 1, 2, 2])
            #expect(events.map(\.name) == ["submitted", "submitted", "submitted", "leased", "leased"])
            #expect(try await store.check().isEmpty)
            // It goes on where it was.
            let attempt = AttemptID(job: try JobID("bbb000000000"), number: 1)
            var outcome = Samples.outcome(attempt.job)
            outcome.artifactBlobs += Samples.inputs
            try await store.finish(outcome)
            #expect(try await store.events(of: attempt.job).map(\.sequence) == [1, 2, 3])
            try await store.close()

            let copy = try DatabaseQueue(path: folder.file("caisson.db.before-0005-queue"))
            let steps = try await copy.read { try Schema.migrator.appliedIdentifiers($0) }
            #expect(steps.count == 4)
        }
    }
}
