import Waiting
import Dispatch
import Foundation
package import GRDB
package import Ports

/// Reads the job database of a data folder beside its writer, or without one, and adds nothing to the folder.
///
/// A database that does not exist, or that has no tables yet, is read as an empty one. Each call opens the file anew: what
/// lies there may change between two calls, from nothing to a database with a living writer.
///
/// - Threading: Any. No lock on the folder is taken, and the writer is never kept waiting.
package struct SQLiteJobReader: StoredJobs {
    package let blobs: any BlobStore
    let path: String
    private let folder: String
    private let queue = DispatchQueue(label: "caisson.reader", attributes: .concurrent)

    package init(folder: String, blobs: any BlobStore) {
        (self.folder, path, self.blobs) = (folder, "\(folder)/\(SQLiteJobStore.fileName)", blobs)
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await queue.run { () throws(StoreError) in
            do {
                guard try DataFolder.lastChange(of: path) != nil else { return try readEmpty(body) }
                return try withConnection { try read($0, body) } ?? readEmpty(body)
            } catch {
                throw StoreError(error, path: path)
            }
        }
    }

    /// Calls `body` with a connection to the database, which must exist.
    func inspect<Value: Sendable>(
        _ body: @escaping @Sendable (DatabaseQueue) throws -> Value
    ) async throws(StoreError) -> Value {
        try await queue.run { () throws(StoreError) in
            do { return try withConnection(body) } catch { throw StoreError(error, path: path) }
        }
    }

    private func withConnection<Value>(_ body: (DatabaseQueue) throws -> Value) throws -> Value {
        // Without a log nobody has the database open. A plain connection would make one, with its index, and leave both
        // behind; an immutable one makes nothing, but is not to be believed if a writer came meanwhile.
        if let before = try idleVersion {
            let result = Result { try withConnection(at: immutableURI, body) }
            if try idleVersion == before { return try result.get() }
        }
        return try withConnection(at: path, body)
    }

    /// When the database was last written to, or `nil` while there is a log.
    private var idleVersion: DataFolder.FileTime? {
        get throws { try DataFolder.lastChange(of: path + "-wal") == nil ? DataFolder.lastChange(of: path) : nil }
    }

    private var immutableURI: String {
        let plain = CharacterSet.urlPathAllowed
        return "file:\(path.addingPercentEncoding(withAllowedCharacters: plain) ?? path)?immutable=1"
    }

    private func withConnection<Value>(at place: String, _ body: (DatabaseQueue) throws -> Value) throws -> Value {
        let connection = try DatabaseQueue(path: place, configuration: .reading)
        let value = try body(connection)
        try connection.close()
        return value
    }

    /// - Returns: `nil` if the database has no tables yet.
    private func read<Value>(_ connection: DatabaseQueue, _ body: (Database) throws -> Value) throws -> Value? {
        try connection.read { database in
            switch try Schema.age(of: database) {
            case .empty: return nil
            case .current: return try body(database)
            case .older:
                let reason = "an older release wrote it; the next daemon brings it up to date"
                throw StoreError.unavailable(path: path, reason: reason)
            }
        }
    }

    /// Reads an empty database in memory, so that no query needs a second answer for "there is nothing".
    ///
    /// - Throws: ``StoreError/emptied(path:)`` if there must have been something once.
    private func readEmpty<Value>(_ body: (Database) throws -> Value) throws -> Value {
        guard !DataFolder.holdsContent(folder) else { throw StoreError.emptied(path: folder) }
        let connection = try DatabaseQueue()
        try Schema.migrator.migrate(connection)
        return try connection.read(body)
    }
}
