import GRDB
import Model
import Ports

extension JobWriter {
    /// Why and when a job ended.
    struct Ending {
        let at: WallTime
        let reason: String
        let message: String
    }

    /// - Throws: ``StoreError/conflict(id:expected:found:)`` with the state the job is in, if the rules do not have the move.
    func check(_ job: StoredJob, to state: JobState) throws {
        guard !job.state.allows(state) else { return }
        let allowed = JobState.allCases.filter { $0.allows(state) }.map(\.rawValue)
        throw StoreError.conflict(
            id: job.id.description, expected: allowed.joined(separator: " or "), found: job.state.rawValue)
    }

    /// Moves a job to a state in which it has a sandbox.
    func move(_ job: StoredJob, to state: JobState) throws {
        try check(job, to: state)
        try run("UPDATE job SET state = ?, due_at_ms = NULL WHERE ordinal = ?", [state.rawValue, job.ordinal])
    }

    /// Writes a final state, without what follows for other jobs: that is ``settle(_:at:)``'s, which has to come after.
    func close(
        _ job: StoredJob, as state: JobState, _ ending: Ending, event: String = "finished", attempt: Int? = nil,
        actor: String? = nil
    ) throws -> EndedJob {
        try check(job, to: state)
        try run(
            """
            UPDATE job SET state = ?, finished_at_ms = ?, reason = ?, message = ?, due_at_ms = NULL, is_lending = 0
            WHERE ordinal = ?
            """, [state.rawValue, ending.at.milliseconds, ending.reason, ending.message, job.ordinal])
        try addEvent(event, of: job, attempt: attempt, at: ending.at, state: state, actor: actor)
        return EndedJob(job, state: state)
    }

    /// Moves a job whose needs are met, or that may be tried again, to where it can begin: as soon as its time has come.
    ///
    /// - Parameter event: tells of the move.
    func release(
        _ job: StoredJob, event: String = "ready", attempt: Int? = nil, at time: WallTime
    ) throws {
        if job.state == .pending, let notBefore = job.notBefore, notBefore > time {
            try run("UPDATE job SET due_at_ms = ? WHERE ordinal = ?", [notBefore.milliseconds, job.ordinal])
            return
        }
        let state: JobState = job.kind == .approval ? .waiting : .ready
        try check(job, to: state)
        // What is held could not begin: its clocks wait, unless they count already.
        let readyAt = job.readyAt ?? (job.isHeld ? nil : time)
        let due = state == .ready ? job.deadline(readyAt: readyAt)?.at : nil
        try run(
            "UPDATE job SET state = ?, ready_at_ms = ?, due_at_ms = ? WHERE ordinal = ?",
            [state.rawValue, readyAt?.milliseconds, due, job.ordinal])
        try addEvent(event, of: job, attempt: attempt, at: time, state: state)
    }

    /// Moves a job to `retrying`, until a time.
    func postpone(_ job: StoredJob, until: WallTime, event: String, attempt: Int, at time: WallTime) throws {
        try check(job, to: .retrying)
        let due = min(until.milliseconds, job.deadline(readyAt: job.readyAt)?.at ?? .max)
        try run(
            "UPDATE job SET state = 'retrying', not_before_ms = ?, due_at_ms = ?, is_lending = 0 WHERE ordinal = ?",
            [until.milliseconds, due, job.ordinal])
        try addEvent(event, of: job, attempt: attempt, at: time, state: .retrying)
    }

    /// Moves an attempt, if the rules allow it from where the attempt is.
    ///
    /// - Parameter finishedAt: For a state that has a time; one that is already there stays.
    /// - Throws: ``StoreError/conflict(id:expected:found:)`` with the state the attempt is in.
    func move(_ attempt: AttemptID, to next: AttemptState, finishedAt: WallTime? = nil) throws {
        let allowed = AttemptState.allCases.filter { $0.allows(next) }.map(\.rawValue)
        try run(
            """
            UPDATE attempt SET state = ?, finished_at_ms = coalesce(finished_at_ms, ?)
            WHERE job_id = ? AND number = ? AND state IN (\(allowed.map { "'\($0)'" }.joined(separator: ", ")))
            """, [next.rawValue, finishedAt?.milliseconds, attempt.job.description, attempt.number])
        guard database.changesCount == 0 else { return }
        throw StoreError.conflict(
            id: "\(attempt)", expected: allowed.joined(separator: " or "), found: try state(of: attempt).rawValue)
    }

    /// - Throws: ``StoreError/notFound(_:)`` if there is no such attempt.
    func state(of attempt: AttemptID) throws -> AttemptState {
        let sql = "SELECT state FROM attempt WHERE job_id = ? AND number = ?"
        guard let row = try row(sql, [attempt.job.description, attempt.number]) else {
            throw StoreError.notFound("\(attempt)")
        }
        return try row.word("state", in: "attempt \(attempt)")
    }
}
