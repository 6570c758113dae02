import GRDB
import Model
import Planner
import Ports

/// The changes of one write: made inside a transaction, which an error undoes.
///
/// - Threading: that of the connection; it lives no longer than the write.
final class JobWriter {
    let database: Database
    let condition: EdgeCondition
    let blobs: any BlobStore
    let queueDefaults: QueueDefaults
    /// The roots whose jobs were changed, by their ordinals.
    private(set) var touched: Set<Int64> = []
    /// What this write has looked up for one row and the next ones need again: queues by name, and the shortest clock of each spec.
    var queues: [QueueID: Int64] = [:]
    var clocks: [Int64: Int64] = [:]
    /// Called before each statement that changes something: what fails can be told from here.
    var beforeChange: () throws -> Void = {}

    init(
        _ database: Database, condition: EdgeCondition, blobs: any BlobStore,
        queueDefaults: QueueDefaults = QueueDefaults()
    ) {
        (self.database, self.condition, self.blobs) = (database, condition, blobs)
        self.queueDefaults = queueDefaults
    }

    // MARK: Statements: each text is compiled once for each connection.

    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try beforeChange()
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func integer(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64? {
        try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func text(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> String? {
        try String.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    /// What `read` makes of the first row, which is not copied for that.
    private func first<Value>(
        _ sql: String, _ arguments: StatementArguments, _ read: (Row) throws -> Value
    ) throws -> Value? {
        let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
        // A row holds nothing any more once its cursor is gone.
        return try withExtendedLifetime(rows) { try rows.next().map(read) }
    }

    private static let jobByID = StoredJob.select + " WHERE job.id = ?"
    private static let jobByOrdinal = StoredJob.select + " WHERE job.ordinal = ?"

    /// - Throws: ``StoreError/notFound(_:)``.
    func job(_ id: JobID) throws -> StoredJob {
        guard let job = try first(Self.jobByID, [id.description], StoredJob.init) else {
            throw StoreError.notFound(id.description)
        }
        return job
    }

    func job(at ordinal: Int64) throws -> StoredJob {
        guard let job = try first(Self.jobByOrdinal, [ordinal], StoredJob.init) else {
            throw StoreError.corrupt(detail: "job \(ordinal) is named, but not there")
        }
        return job
    }

    /// Writes the next event of a root: as there is one writer, its number cannot be taken by another.
    func addEvent(
        _ name: String, of job: StoredJob, attempt: Int? = nil, at time: WallTime, state: JobState? = nil,
        actor: String? = nil
    ) throws {
        try addEvent(
            name, of: job.ordinal, root: job.root, attempt: attempt, at: time, state: state, actor: actor)
    }

    func addEvent(
        _ name: String, of job: Int64, root: Int64, attempt: Int? = nil, at time: WallTime, state: JobState? = nil,
        actor: String? = nil
    ) throws {
        // Not INSERT … SELECT, for which SQLite makes a table in between each time.
        try run(
            """
            INSERT INTO event (root, sequence, job, at_ms, name, attempt, state, actor)
            VALUES (?1, (SELECT coalesce(max(sequence), 0) + 1 FROM event WHERE root = ?1), ?2, ?3, ?4, ?5, ?6, ?7)
            """, [root, job, time.milliseconds, name, attempt, state?.rawValue, actor])
        touched.insert(root)
    }

    func add(_ blob: Blob) throws {
        // Not OR IGNORE, which would also swallow what a CHECK refuses.
        try run(
            "INSERT INTO blob (digest, size_bytes, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
            [blob.reference.digest, blob.reference.size.bytes, blob.inlineBytes.map { $0.asData }])
    }
}
