import GRDB
import Model
import Ports

/// What is stored of an outcome as JSON, made before it is its turn to be written.
struct OutcomeDocuments: Sendable {
    let toolPosture: String?
    let record: String?
    let phases: String

    init(_ outcome: AttemptOutcome) throws {
        toolPosture = try outcome.toolPosture.map { try StoredJSON.text(of: $0) }
        record = try outcome.record.map { try StoredJSON.text(of: $0) }
        phases = try StoredJSON.text(of: outcome.phases)
    }
}

extension JobWriter {
    /// Writes how an attempt ended, with all that came of it.
    ///
    /// The moves come first: an answer that is late, or older than the newest attempt, writes nothing at all.
    func finish(_ outcome: AttemptOutcome, _ documents: OutcomeDocuments) throws {
        let (id, number) = (outcome.attempt.job, outcome.attempt.number)
        guard outcome.jobState.isTerminal else {
            throw StoreError.conflict(
                id: id.description, expected: "given a terminal state", found: outcome.jobState.rawValue)
        }
        guard outcome.attemptState == .collected || outcome.attemptState == .lost else {
            throw StoreError.conflict(
                id: "\(outcome.attempt)", expected: "given collected or lost", found: outcome.attemptState.rawValue)
        }
        try move(outcome.attempt, to: outcome.attemptState, finishedAt: outcome.at)
        let job = try job(id)
        try check(job, to: outcome.retryAt == nil || job.isCancelled ? outcome.jobState : .retrying)
        try keepOutputs(of: outcome, documents)
        if outcome.record != nil {
            try run("UPDATE job SET tool_attempts = tool_attempts + 1 WHERE ordinal = ?", [job.ordinal])
        }
        if outcome.changes.contains(where: { $0.kind == .deleted }) {
            try addEvent("files_deleted", of: job, attempt: number, at: outcome.at)
        }
        // A cancel wins over another attempt: whoever asked for its end is not to see it begin again.
        if let retryAt = outcome.retryAt, !job.isCancelled {
            try postpone(job, until: retryAt, event: "retrying", attempt: number, at: outcome.at)
            return
        }
        let isCut = outcome.retryAt != nil
        let ending = Ending(at: outcome.at, reason: isCut ? "cancelled" : outcome.reason, message: outcome.message)
        let ended = try close(job, as: isCut ? .cancelled : outcome.jobState, ending, attempt: number)
        if let attention = outcome.attention {
            let flag = JobSummary.Flag(actor: Self.ownActor, reason: attention, at: outcome.at)
            try run("UPDATE job SET attention = ? WHERE ordinal = ?", [try StoredJSON.text(of: flag), job.ordinal])
        }
        try settle([ended], at: outcome.at)
    }

    /// Who said what nobody said.
    static let ownActor = "caisson"

    /// Ends a job that has no open attempt; one that has gives its outcome through ``finish(_:)``.
    func end(_ id: JobID, as state: JobState, _ ending: Ending) throws {
        let sql = "SELECT max(number) FROM attempt WHERE job_id = ? AND finished_at_ms IS NULL"
        if let open = try integer(sql, [id.description]) {
            throw StoreError.conflict(
                id: id.description, expected: "without an open attempt", found: "at attempt \(open)")
        }
        guard state.isTerminal else {
            throw StoreError.conflict(id: id.description, expected: "given a terminal state", found: state.rawValue)
        }
        try settle([close(job(id), as: state, ending)], at: ending.at)
    }

    private func keepOutputs(of outcome: AttemptOutcome, _ documents: OutcomeDocuments) throws {
        let (id, number) = (outcome.attempt.job.description, outcome.attempt.number)
        let streams = [outcome.stdout, outcome.stderr, outcome.result]
        for blob in streams.compactMap({ $0 }) + outcome.artifactBlobs { try add(blob) }
        try run(
            """
            UPDATE attempt SET outcome = ?, reason = ?, message = ?, tool_posture = ?, record = ?, phases = ?,
                stdout_digest = ?, stderr_digest = ?, result_digest = ?
            WHERE job_id = ? AND number = ?
            """,
            [
                outcome.jobState.rawValue, outcome.reason, outcome.message,
                documents.toolPosture, documents.record, documents.phases,
                outcome.stdout?.reference.digest, outcome.stderr?.reference.digest, outcome.result?.reference.digest,
                id, number,
            ])
        for (position, artifact) in outcome.artifacts.enumerated() {
            try run(
                "INSERT INTO artifact (job_id, attempt, position, path, digest, problem) VALUES (?, ?, ?, ?, ?, ?)",
                [id, number, position, artifact.path, artifact.blob?.digest, artifact.problem])
        }
        for (position, change) in outcome.changes.enumerated() {
            try run(
                """
                INSERT INTO file_change (job_id, attempt, position, path, kind, digest, problem)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [id, number, position, change.path, change.kind.rawValue, change.blob?.digest, change.problem])
        }
    }
}
