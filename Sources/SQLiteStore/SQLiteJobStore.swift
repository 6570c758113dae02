// SQLiteStore: the job store on SQLite, with its lock, its schema and its queries.
// It must not decide what a job does next: it only refuses moves that the rules in Model do not have.
import Waiting
import Dispatch
import Foundation
package import GRDB
package import Model
package import Ports
import Synchronization

/// The writer's store: the one connection that writes to, or checkpoints, the database of a locked data folder.
///
/// There is no second one on purpose: the SQLite of Debian 12 may lose a commit when two connections write or checkpoint
/// at the same moment. What people ask for is read over a connection that can do neither, so that a long list keeps nobody waiting who
/// writes; what the next write depends on is read over the same one. Other processes read on their own with ``SQLiteJobReader``.
///
/// - Threading: All work is done on GRDB's queue. A call whose task is cancelled is carried out all the same: an outcome
///   that has to be recorded is most often that of a cancelled job.
package final class SQLiteJobStore: StoredJobs {
    /// Names this data folder in an engine.
    package let installation: InstallationID
    package let blobs: any BlobStore
    /// Closed before the other one, which then writes the log back.
    private let reader: DatabaseQueue
    private let queue: DatabaseQueue
    let path: String
    private let place: CallPlace
    private let batch: WriteBatch
    /// The queue behind which the next plan begins, if there are more than can be seen at once.
    let turn = Mutex<Int64>(0)
    let watchers = JobWatchers()
    /// Whether anything was not written: then there may be blobs that no row names.
    private let hasFailed = Mutex(false)
    /// Held for as long as this object lives.
    private let lock: StoreLock
    private let reserve: DiskReserve
    /// For queues that nobody has set.
    let queueDefaults = StandingQueueDefaults()

    /// The database's name in the data folder.
    package static let fileName = "caisson.db"

    /// Opens the database in the folder that `lock` holds, and makes it or brings it up to date where needed.
    ///
    /// - Parameter conditions: judges the conditions of needs.
    /// - Throws: ``StoreError/wrongMode(pragma:wanted:found:)`` if a setting is not in force,
    ///   ``StoreError/newer(found:)`` if a newer release has written it.
    package static func open(
        _ lock: StoreLock, blobs: any BlobStore, ids: any IDSource, clock: any WallClock,
        conditions: EdgeCondition = .none
    ) async throws(StoreError) -> SQLiteJobStore {
        try await DispatchQueue.global().run { () throws(StoreError) in
            try openNow(lock, blobs: blobs, ids: ids, clock: clock, conditions: conditions)
        }
    }

    /// The same, on the calling thread.
    ///
    /// - Parameter place: where the calls are carried out that are made later.
    package static func openNow(
        _ lock: StoreLock, blobs: any BlobStore, ids: any IDSource, clock: any WallClock,
        conditions: EdgeCondition = .none, place: CallPlace = .queue
    ) throws(StoreError) -> SQLiteJobStore {
        let path = "\(lock.folder)/\(fileName)"
        let fresh = (id: ids.makeInstallationID(), at: clock.now())
        do {
            // A database that was lost must not be followed by a new one: what lies beside it would belong to nothing.
            let isOrphaned = DataFolder.holdsContent(lock.folder)
            if isOrphaned, try !DataFolder.hasContent(path) { throw StoreError.emptied(path: lock.folder) }
            try DataFolder.makeFile(path)
            let queue = try DatabaseQueue(path: path, configuration: .writing)
            let (age, isNew) = try queue.read { database in
                // Refuses a newer one, before anything is written.
                let age = try Schema.age(of: database)
                return try (age, age == .empty || String.fetchOne(database, sql: "SELECT id FROM installation") == nil)
            }
            if isOrphaned, isNew { throw StoreError.emptied(path: lock.folder) }
            if age == .older { try Backup.beforeUpgrade(of: queue, at: path) }
            try Schema.migrator.migrate(queue)
            return try SQLiteJobStore(
                queue, path: path, blobs: blobs, lock: lock, fresh: fresh, conditions: conditions, place: place)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private init(
        _ queue: DatabaseQueue, path: String, blobs: any BlobStore, lock: StoreLock,
        fresh: (id: InstallationID, at: WallTime), conditions: EdgeCondition, place: CallPlace
    ) throws {
        (self.queue, self.path, self.blobs, self.lock, self.place) = (queue, path, blobs, lock, place)
        reserve = DiskReserve(in: lock.folder)
        let (watchers, queueDefaults) = (watchers, queueDefaults)
        batch = WriteBatch(
            writer: { JobWriter($0, condition: conditions, blobs: blobs, queueDefaults: queueDefaults.now) },
            committed: { watchers.tell($0) })
        let id = try queue.writeWithoutTransaction { database in
            try Pragma.verify(Pragma.writer, on: database)
            try database.execute(
                sql: "INSERT INTO installation VALUES (1, ?, ?) ON CONFLICT (only_row) DO NOTHING",
                arguments: [fresh.id.description, fresh.at.milliseconds])
            return try String.fetchOne(database, sql: "SELECT id FROM installation")
        }
        reader = try DatabaseQueue(path: path, configuration: .reading)
        guard let id else { throw StoreError.corrupt(detail: "the installation has no id") }
        installation = try InstallationID(id)
    }

    /// Writes the log back and ends the connection; calls made after this fail.
    package func close() async throws(StoreError) {
        let (reader, queue, path) = (reader, queue, path)
        let live = try? await liveAttempts()  // ignored: what cannot be read is not in order
        let isInOrder = live?.isEmpty == true && !hasFailed.withLock { $0 }
        try await DispatchQueue.global().run { () throws(StoreError) in
            do {
                try reader.close()
                try queue.close()
            } catch {
                throw StoreError(error, path: path)
            }
        }
        if isInOrder { lock.markOrder() }
    }

    /// Those of `digests` that no stored job has.
    package func unknownBlobs(among digests: [String]) async throws(StoreError) -> [String] {
        try await readFirst { database in
            let statement = try database.makeStatement(sql: "SELECT 1 FROM blob WHERE digest = ?")
            return try digests.filter { try Int.fetchOne(statement, arguments: [$0]) == nil }
        }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await on(reader) { try Self.transaction(.deferred, in: $0, body) }
    }

    /// Reads over the connection that writes.
    ///
    /// Whatever `body` changed would be undone: `query_only`, which would refuse it, has every statement of the connection compiled anew
    /// each time it is set.
    func readFirst<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await onQueue { try Self.transaction(.deferred, in: $0, thenDo: .rollback, body) }
    }

    /// Calls `body` in a transaction that is committed, durably, when this returns, or undone when it throws.
    ///
    /// What concerns jobs that are there already is written also on a full disk, where what is held back for that suffices.
    ///
    /// - Parameter body: may be called again, from the start, if something else took its transaction with it.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (JobWriter) throws -> Value
    ) async throws(StoreError) -> Value {
        do throws(StoreError) {
            return try await writeOnce(body)
        } catch {
            guard case .noSpace = error, reserve.release() else { throw error }
            return try await writeOnce(body)
        }
    }

    /// The same for what is new: refused if the disk is full.
    ///
    /// - Throws: ``StoreError/noSpace(path:)``.
    func writeNew<Value: Sendable>(
        _ body: @escaping @Sendable (JobWriter) throws -> Value
    ) async throws(StoreError) -> Value {
        guard reserve.replenish() else { throw .noSpace(path: path) }
        return try await writeOnce(body)
    }

    private func writeOnce<Value: Sendable>(
        _ body: @escaping @Sendable (JobWriter) throws -> Value
    ) async throws(StoreError) -> Value {
        let (path, batch) = (path, batch)
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let item = WriteBatch.Item(
                carryOut: { writer in
                    let value = try body(writer)
                    return { continuation.resume(returning: .success(value)) }
                },
                fail: { continuation.resume(returning: .failure(StoreError($0, path: path))) })
            if batch.add(item) { drain() }
        }
        if case .failure = result { hasFailed.withLock { $0 = true } }
        return try result.get()
    }

    /// One transaction at a time, so that those who read get their turn in between.
    private func drain() {
        switch place {
        case .queue:
            queue.asyncWriteWithoutTransaction { [self] database in
                if batch.drain(database) { drain() }
            }
        case .caller:
            queue.writeWithoutTransaction { database in
                while batch.drain(database) {}
            }
        }
    }

    func onQueue<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await on(queue, body)
    }

    /// By continuation, as GRDB's own `async` functions give up when the task is cancelled.
    private func on<Value: Sendable>(
        _ queue: DatabaseQueue, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let (path, place) = (path, place)
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let tell: @Sendable (Database) -> Void = { database in
                continuation.resume(returning: Result { try body(database) }.mapError { StoreError($0, path: path) })
            }
            switch place {
            case .queue: queue.asyncWriteWithoutTransaction(tell)
            case .caller: queue.writeWithoutTransaction(tell)
            }
        }
        return try result.get()
    }

    /// The same as ``job(_:)``, on the calling thread.
    package func jobNow(_ id: JobID) throws(StoreError) -> JobRecord {
        try writeNow { try JobQueries.job(id.description, in: $0) }
    }

    /// The same as ``attempts(of:)``, on the calling thread.
    package func attemptsNow(of job: JobID) throws(StoreError) -> [AttemptRecord] {
        try writeNow { try JobQueries.attempts(of: job, in: $0) }
    }

    /// Calls `body` in a transaction, on the calling thread; nobody is told what it has changed.
    package func writeNow<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try queue.writeWithoutTransaction { try Self.transaction(.immediate, in: $0, body) }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private static func transaction<Value>(
        _ kind: Database.TransactionKind, in database: Database, thenDo end: Database.TransactionCompletion = .commit,
        _ body: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        try database.inTransaction(kind) {
            value = try body(database)
            return end
        }
        guard let value else { throw StoreError.corrupt(detail: "a transaction ended without a value") }
        return value
    }
}
