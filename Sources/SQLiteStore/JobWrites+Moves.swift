import GRDB
import Model
import Ports

extension JobWrites {
    /// What is written together with a terminal state.
    struct Ending {
        let at: WallTime
        let reason: String
        let message: String
    }

    /// Moves a job, if the rules allow it from where the job is.
    ///
    /// - Parameter ending: For a terminal `state` only.
    /// - Throws: ``StoreError/conflict(id:expected:found:)`` with the state the job is in.
    static func move(_ job: JobID, to state: JobState, ending: Ending? = nil, in database: Database) throws {
        let allowed = JobState.allCases.filter { $0.allows(state) }.map(\.rawValue)
        try database.execute(
            sql: """
                UPDATE job SET state = ?, finished_at_ms = ?, reason = ?, message = ?
                WHERE id = ? AND state IN (\(places(for: allowed)))
                """,
            arguments: [state.rawValue, ending?.at.milliseconds, ending?.reason, ending?.message, job.description]
                + StatementArguments(allowed))
        guard database.changesCount == 0 else { return }
        throw StoreError.conflict(
            id: job.description, expected: allowed.joined(separator: " or "),
            found: try Self.state(of: job, in: database).rawValue)
    }

    /// Moves an attempt, if the rules allow it from where the attempt is.
    ///
    /// - Parameter finishedAt: For a state that has a time; one that is already there stays.
    /// - Throws: ``StoreError/conflict(id:expected:found:)`` with the state the attempt is in.
    static func move(
        _ attempt: AttemptID, to state: AttemptState, finishedAt: WallTime? = nil, in database: Database
    ) throws {
        let allowed = AttemptState.allCases.filter { $0.allows(state) }.map(\.rawValue)
        try database.execute(
            sql: """
                UPDATE attempt SET state = ?, finished_at_ms = coalesce(finished_at_ms, ?)
                WHERE job_id = ? AND number = ? AND state IN (\(places(for: allowed)))
                """,
            arguments: [state.rawValue, finishedAt?.milliseconds, attempt.job.description, attempt.number]
                + StatementArguments(allowed))
        guard database.changesCount == 0 else { return }
        throw StoreError.conflict(
            id: "\(attempt)", expected: allowed.joined(separator: " or "),
            found: try Self.state(of: attempt, in: database).rawValue)
    }

    /// - Throws: ``StoreError/notFound(_:)`` if there is no such job.
    private static func state(of job: JobID, in database: Database) throws -> JobState {
        let sql = "SELECT state FROM job WHERE id = ?"
        let word = try String.fetchOne(database, sql: sql, arguments: [job.description])
        return try state(word, of: job.description)
    }

    /// - Throws: ``StoreError/notFound(_:)`` if there is no such attempt.
    static func state(of attempt: AttemptID, in database: Database) throws -> AttemptState {
        let sql = "SELECT state FROM attempt WHERE job_id = ? AND number = ?"
        let word = try String.fetchOne(database, sql: sql, arguments: [attempt.job.description, attempt.number])
        return try state(word, of: "\(attempt)")
    }

    private static func state<State: RawRepresentable<String>>(_ word: String?, of id: String) throws -> State {
        guard let word else { throw StoreError.notFound(id) }
        guard let state = State(rawValue: word) else {
            throw StoreError.corrupt(detail: "\(id) has the unknown state \(word)")
        }
        return state
    }

    /// The number of the job's newest attempt, 0 if there is none.
    static func lastAttempt(of job: JobID, in database: Database) throws -> Int {
        let sql = "SELECT coalesce(max(number), 0) FROM attempt WHERE job_id = ?"
        return try Int.fetchOne(database, sql: sql, arguments: [job.description]) ?? 0
    }

    /// Writes a job's next event: as there is one writer, its number cannot be taken by another.
    static func addEvent(
        _ name: String, of job: JobID, attempt: Int?, at time: WallTime, in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO event (job_id, sequence, at_ms, name, attempt)
                SELECT ?1, coalesce(max(sequence), 0) + 1, ?2, ?3, ?4 FROM event WHERE job_id = ?1
                """,
            arguments: [job.description, time.milliseconds, name, attempt])
    }

    private static func places(for words: [String]) -> String {
        words.map { _ in "?" }.joined(separator: ", ")
    }
}
