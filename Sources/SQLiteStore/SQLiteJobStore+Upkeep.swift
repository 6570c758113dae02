import Foundation
import Glibc
import GRDB
package import Model
package import Ports

extension SQLiteJobStore: RetentionStore {
    package func retire(
        _ policy: RetentionPolicy, atMost most: Int, at now: WallTime
    ) async throws(StoreError) -> RetentionReport {
        try await write { try $0.retire(policy, atMost: most, at: now) }
    }

    package func historyEnd(keeping count: Int) async throws(StoreError) -> RetentionMark? {
        try await read { try JobQueries.historyEnd(keeping: count, in: $0) }
    }

    package func attemptsWithSandboxes() async throws(StoreError) -> Set<AttemptID> {
        try await read { try JobQueries.attemptsWithSandboxes(in: $0) }
    }

    package func checkpoint() async throws(StoreError) {
        try await onQueue { _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }
}

extension SQLiteJobStore {
    /// Writes the database anew without the room that deleted rows have left; needs as much free space as it takes.
    package func vacuum() async throws(StoreError) {
        try await onQueue { database in
            try database.execute(sql: "VACUUM")
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// Copies the database into a new file, while jobs go on.
    ///
    /// The files of large blobs are not in it: they never change, and may be copied after it, in any way.
    /// - Throws: ``StoreError/unavailable(path:reason:)`` if there is a file of that name.
    package func backup(to path: String) async throws(StoreError) {
        try await onQueue { try Backup.make(of: $0, at: path) }
    }

    /// Looks at everything that can be looked at; nothing is changed.
    ///
    /// - Returns: what is wrong, in sentences, at most ``StoreCheck/mostFaults``; nothing of a sound database.
    package func check() async throws(StoreError) -> [String] {
        try await readFirst { try StoreCheck.faults(in: $0) }
    }

    /// Puts a copy that ``backup(to:)`` made in the place of a folder's database, which is kept beside it.
    ///
    /// - Parameter lock: of the folder; nobody may have its database open.
    /// - Throws: ``StoreError/corrupt(detail:)`` if the copy is not sound: nothing is changed then.
    package static func restore(_ copy: String, into lock: StoreLock, at time: WallTime) throws(StoreError) {
        let path = "\(lock.folder)/\(fileName)"
        do {
            try Backup.restore(copy, to: path, at: time)
        } catch {
            throw StoreError(error, path: copy)
        }
    }
}
