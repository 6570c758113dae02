import CellWire
import GRDB
import Model

extension Schema {
    /// Step 0005: the queue.
    ///
    /// The table of jobs is made anew, for its states; foreign keys are checked when all is in place.
    static func addQueue(to database: Database) throws {
        try database.execute(sql: queue)
        try moveJobs(in: database)
        try database.execute(sql: "ALTER TABLE event RENAME TO old_event")
        try database.execute(sql: "DROP TABLE job")
        try database.execute(sql: "ALTER TABLE new_job RENAME TO job")
        try database.execute(sql: queueIndexes)
        try database.execute(
            sql: """
                INSERT INTO event (root, sequence, job, at_ms, name, attempt)
                SELECT job.ordinal, sequence, job.ordinal, at_ms, old_event.name, attempt
                FROM old_event JOIN job ON job.id = old_event.job_id
                ORDER BY at_ms, job.ordinal, sequence;
                DROP TABLE old_event;
                -- What the last attempt of a job came to is what the job came to.
                UPDATE attempt SET outcome = job.state, message = job.message, reason = coalesce(attempt.reason, job.reason)
                FROM job
                WHERE job.id = attempt.job_id AND job.finished_at_ms IS NOT NULL
                    AND number = (SELECT max(number) FROM attempt AS a WHERE a.job_id = job.id)
                    AND (attempt.state IN ('collected', 'removed') OR attempt.tool_posture IS NOT NULL);
                """)
        try database.execute(sql: eventTriggers)
    }

    /// Copies each job into the new table, and what it runs into the table of specs; each is its own root.
    private static func moveJobs(in database: Database) throws {
        let specs = try Row.fetchCursor(
            database, sql: "SELECT spec_digest, spec, min(ordinal) FROM job GROUP BY spec_digest")
        let insert = try database.makeStatement(sql: PreparedSpec.insert)
        let kept = try database.makeStatement(
            sql: "INSERT INTO spec_blob SELECT ?, digest FROM blob WHERE digest = ? ON CONFLICT DO NOTHING")
        while let row = try specs.next() {
            let (digest, body): (String, String) = (
                try row.decode(forColumn: "spec_digest"), try row.decode(forColumn: "spec")
            )
            let spec = PreparedSpec(stored: body, digest: digest)
            try insert.execute(arguments: spec.arguments)
            let ordinal = database.lastInsertedRowID
            // The first release did not keep the contents.
            for blob in spec.blobs { try kept.execute(arguments: [ordinal, blob]) }
        }
        try database.execute(
            sql: """
                INSERT INTO new_job (ordinal, id, kind, root, state, spec, queue, created_at_ms, ready_at_ms, started_at_ms,
                    finished_at_ms, due_at_ms, reason, message, attempts, tool_attempts)
                SELECT job.ordinal, id, 'job', job.ordinal, state, spec.ordinal, 1, created_at_ms, created_at_ms,
                    (SELECT max(created_at_ms) FROM attempt WHERE job_id = job.id),
                    finished_at_ms,
                    CASE WHEN state = 'ready' THEN created_at_ms + min(queue_ms, total_ms) END, reason, message,
                    (SELECT count(*) FROM attempt WHERE job_id = job.id),
                    (SELECT count(record) FROM attempt WHERE job_id = job.id)
                FROM job JOIN spec ON spec.digest = job.spec_digest
                """)
    }
}
