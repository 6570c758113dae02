import CellWire
import GRDB
import Model
import Ports

/// The changes to the job tables; each is called inside a transaction of its own, which an error undoes.
enum JobWrites {
    static func submit(_ job: JobRecord, inputs: [Blob], in database: Database) throws {
        if let found = try String.fetchOne(
            database, sql: "SELECT state FROM job WHERE id = ?", arguments: [job.id.description])
        {
            throw StoreError.conflict(id: job.id.description, expected: "new", found: found)
        }
        for blob in inputs { try add(blob, in: database) }
        try database.execute(
            sql: "INSERT INTO job (id, state, spec, spec_digest, created_at_ms) VALUES (?, 'ready', ?, ?, ?)",
            arguments: [
                job.id.description, try StoredJSON.text(of: job.spec), job.specDigest, job.createdAt.milliseconds,
            ])
        try addEvent("submitted", of: job.id, attempt: nil, at: job.createdAt, in: database)
    }

    static func lease(_ intent: AttemptIntent, in database: Database) throws {
        let job = intent.attempt.job
        try move(job, to: .leased, in: database)
        let next = try lastAttempt(of: job, in: database) + 1
        guard intent.attempt.number == next else {
            throw StoreError.conflict(
                id: "\(intent.attempt)", expected: "attempt \(next)", found: "attempt \(intent.attempt.number)")
        }
        try database.execute(
            sql: """
                INSERT INTO attempt (job_id, number, state, profile_digest, created_at_ms)
                VALUES (?, ?, 'creating', ?, ?)
                """,
            arguments: [job.description, next, intent.profileDigest, intent.at.milliseconds])
        try database.execute(
            sql: "INSERT INTO sandbox (job_id, attempt, container_name, frame_key) VALUES (?, ?, ?, ?)",
            arguments: [job.description, next, intent.containerName, String(intent.frameKey, radix: 16)])
        try addEvent("leased", of: job, attempt: next, at: intent.at, in: database)
    }

    static func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime, in database: Database
    ) throws {
        try move(attempt, to: .verified, in: database)
        try database.execute(
            sql: "UPDATE sandbox SET container_id = ?, posture = ? WHERE job_id = ? AND attempt = ?",
            arguments: [containerID, try StoredJSON.text(of: posture), attempt.job.description, attempt.number])
        try addEvent("verified", of: attempt.job, attempt: attempt.number, at: time, in: database)
    }

    static func markWorking(
        _ attempt: AttemptID, attestation: Attestation, at time: WallTime, in database: Database
    ) throws {
        try move(attempt, to: .working, in: database)
        try move(attempt.job, to: .running, in: database)
        try database.execute(
            sql: "UPDATE sandbox SET attestation = ? WHERE job_id = ? AND attempt = ?",
            arguments: [try StoredJSON.text(of: attestation), attempt.job.description, attempt.number])
        try addEvent("working", of: attempt.job, attempt: attempt.number, at: time, in: database)
    }

    static func markAdopted(_ attempt: AttemptID, at time: WallTime, in database: Database) throws -> Int {
        let state = try state(of: attempt, in: database)
        guard state == .working else {
            throw StoreError.conflict(
                id: "\(attempt)", expected: AttemptState.working.rawValue, found: state.rawValue)
        }
        let sql = "UPDATE sandbox SET adoptions = adoptions + 1 WHERE job_id = ? AND attempt = ? RETURNING adoptions"
        let count = try Int.fetchOne(database, sql: sql, arguments: [attempt.job.description, attempt.number])
        guard let count else { throw StoreError.corrupt(detail: "attempt \(attempt) has no sandbox") }
        try addEvent("adopted", of: attempt.job, attempt: attempt.number, at: time, in: database)
        return count
    }

    static func requeue(_ attempt: AttemptID, reason: String, at time: WallTime, in database: Database) throws {
        try move(attempt, to: .lost, finishedAt: time, in: database)
        try move(attempt.job, to: .ready, in: database)
        try database.execute(
            sql: "UPDATE attempt SET reason = ? WHERE job_id = ? AND number = ?",
            arguments: [reason, attempt.job.description, attempt.number])
        try addEvent("requeued", of: attempt.job, attempt: attempt.number, at: time, in: database)
    }

    static func markRemoved(_ attempt: AttemptID, at time: WallTime, in database: Database) throws {
        let place: StatementArguments = [attempt.job.description, attempt.number]
        let state = try state(of: attempt, in: database)
        switch state {
        case .collected: try move(attempt, to: .removed, in: database)
        case .removed, .lost: break
        case .creating, .verified, .working:
            throw StoreError.conflict(id: "\(attempt)", expected: "collected or lost", found: state.rawValue)
        }
        try database.execute(
            sql: "UPDATE sandbox SET removed_at_ms = ? WHERE job_id = ? AND attempt = ? AND removed_at_ms IS NULL",
            arguments: [time.milliseconds] + place)
        guard database.changesCount == 1 else { return }  // it was marked before: there is nothing new to tell
        try addEvent("removed", of: attempt.job, attempt: attempt.number, at: time, in: database)
    }

    static func setCellVolume(_ name: String, digest: String, at time: WallTime, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO cell_volume (digest, name, verified_at_ms) VALUES (?, ?, ?)
                ON CONFLICT (digest) DO UPDATE SET name = excluded.name, verified_at_ms = excluded.verified_at_ms
                """,
            arguments: [digest, name, time.milliseconds])
    }
}
