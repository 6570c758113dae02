import Foundation
import GRDB
import Model
import Ports

extension JobWrites {
    /// Writes how an attempt ended, with all that came of it.
    ///
    /// The two moves come first: an answer that is late, or older than the newest attempt, writes nothing at all.
    static func finish(_ outcome: AttemptOutcome, in database: Database) throws {
        let (job, number) = (outcome.attempt.job, outcome.attempt.number)
        guard outcome.jobState.isTerminal else {
            throw StoreError.conflict(
                id: job.description, expected: "given a terminal state", found: outcome.jobState.rawValue)
        }
        guard outcome.attemptState == .collected || outcome.attemptState == .lost else {
            throw StoreError.conflict(
                id: "\(outcome.attempt)", expected: "given collected or lost", found: outcome.attemptState.rawValue)
        }
        try move(
            outcome.attempt, to: outcome.attemptState, finishedAt: outcome.at,
            in: database)
        let ending = Ending(at: outcome.at, reason: outcome.reason, message: outcome.message)
        try move(job, to: outcome.jobState, ending: ending, in: database)

        let streams = [outcome.stdout, outcome.stderr, outcome.result]
        for blob in streams.compactMap({ $0 }) + outcome.artifactBlobs { try add(blob, in: database) }
        try describe(outcome, in: database)
        for (position, artifact) in outcome.artifacts.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO artifact (job_id, attempt, position, path, digest, problem)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [job.description, number, position, artifact.path, artifact.blob?.digest, artifact.problem])
        }
        try add(outcome.changes, of: outcome.attempt, in: database)
        if outcome.changes.contains(where: { $0.kind == .deleted }) {
            try addEvent("files_deleted", of: job, attempt: number, at: outcome.at, in: database)
        }
        try addEvent("finished", of: job, attempt: number, at: outcome.at, in: database)
    }

    private static func add(
        _ changes: [AttemptRecord.Change], of attempt: AttemptID, in database: Database
    ) throws {
        for (position, change) in changes.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO file_change (job_id, attempt, position, path, kind, digest, problem)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    attempt.job.description, attempt.number, position, change.path, change.kind.rawValue,
                    change.blob?.digest, change.problem,
                ])
        }
    }

    /// Ends a job that has no open attempt; one that has gives its outcome through ``finish(_:in:)``.
    static func end(_ job: JobID, as state: JobState, _ ending: Ending, in database: Database) throws {
        let sql = "SELECT max(number) FROM attempt WHERE job_id = ? AND finished_at_ms IS NULL"
        if let open = try Int.fetchOne(database, sql: sql, arguments: [job.description]) {
            throw StoreError.conflict(
                id: job.description, expected: "without an open attempt", found: "at attempt \(open)")
        }
        guard state.isTerminal else {
            throw StoreError.conflict(id: job.description, expected: "given a terminal state", found: state.rawValue)
        }
        try move(job, to: state, ending: ending, in: database)
        try addEvent("finished", of: job, attempt: nil, at: ending.at, in: database)
    }

    static func add(_ blob: Blob, in database: Database) throws {
        // Not OR IGNORE, which would also swallow what a CHECK refuses.
        try database.execute(
            sql: "INSERT INTO blob (digest, size_bytes, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
            arguments: [blob.reference.digest, blob.reference.size.bytes, blob.inlineBytes.map { Data($0) }])
    }

    private static func describe(_ outcome: AttemptOutcome, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE attempt SET tool_posture = ?, record = ?, phases = ?,
                    stdout_digest = ?, stderr_digest = ?, result_digest = ?
                WHERE job_id = ? AND number = ?
                """,
            arguments: [
                try outcome.toolPosture.map { try StoredJSON.text(of: $0) },
                try outcome.record.map { try StoredJSON.text(of: $0) }, try StoredJSON.text(of: outcome.phases),
                outcome.stdout?.reference.digest, outcome.stderr?.reference.digest, outcome.result?.reference.digest,
                outcome.attempt.job.description, outcome.attempt.number,
            ])
    }
}
