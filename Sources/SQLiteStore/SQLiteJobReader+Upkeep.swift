import GRDB
package import Ports

extension SQLiteJobReader {
    /// What does not fit together in the database, as ``SQLiteJobStore/check()`` tells it, beside its writer.
    package func check() async throws(StoreError) -> [String] {
        try await read { try StoreCheck.faults(in: $0, pragmas: Pragma.common) }
    }

    /// Copies the database as it is now into a new file, and keeps its writer waiting for nothing.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)`` if there is a file of that name.
    package func backup(to path: String) async throws(StoreError) {
        try await inspect { try $0.writeWithoutTransaction { try Backup.make(of: $0, at: path) } }
    }

    /// What does not fit together in a copy that ``backup(to:)`` made.
    ///
    /// - Throws: ``StoreError`` if it cannot be read, is no job database, or a newer release's.
    package static func faults(ofCopy path: String) throws(StoreError) -> [String] {
        do {
            guard try DataFolder.hasContent(path) else {
                throw StoreError.unavailable(path: path, reason: "it is missing or empty")
            }
            let copy = try DatabaseQueue(path: path, configuration: .reading)
            let faults = try copy.read { database in
                switch try Schema.age(of: database) {
                case .empty: throw StoreError.unavailable(path: path, reason: "it is no job database")
                // What has changed since then is looked at once the daemon has brought it up to date.
                case .older: try StoreCheck.basicFaults(in: database)
                case .current: try StoreCheck.faults(in: database, pragmas: Pragma.common)
                }
            }
            try copy.close()
            return faults
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
