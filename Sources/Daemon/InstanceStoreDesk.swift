import BlobFiles
import ControlAPI
import Ports
import SQLiteStore

/// The database of a daemon, looked at and copied over connections that only read: jobs go on meanwhile.
actor InstanceStoreDesk: StoreDesk {
    private let reader: SQLiteJobReader
    private let folder: String
    private var isCopying = false

    init(_ reader: SQLiteJobReader, folder: String) { (self.reader, self.folder) = (reader, folder) }

    func check() async throws -> [String] { try await reader.check() }

    /// - Throws: ``ControlAPIError/conflict(_:remedy:)`` while another copy is being made: each takes as much room as the database.
    func backup() async throws -> any ArchiveBytes {
        guard !isCopying else {
            throw ControlAPIError.conflict(
                "Another backup is being made.", remedy: "Wait for its end, then try again.")
        }
        isCopying = true
        defer { isCopying = false }
        let path = "\(folder)/\(Self.fileName)"
        // A daemon that was killed may have left one.
        try ArchiveFile.remove(path)
        try await reader.backup(to: path)
        return try await ArchiveFile(taking: path)
    }

    /// Where a copy is made; it loses its name before anybody reads it.
    private static let fileName = "caisson.db.copy"
}
