import Foundation
import Glibc
import GRDB
import Model
import Ports

/// Whole copies of the job database, made while it is in use.
enum Backup {
    /// Copies a database into a new file, which gets its name only when all of it is on the disk.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)`` if there is a file of that name.
    static func make(of database: Database, at path: String) throws {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw StoreError.unavailable(path: path, reason: "it is there already") }
        let temporary = path + ".incomplete"
        unlink(temporary)
        do {
            // With its mode from the start: it holds what the database holds.
            try DataFolder.makeFile(temporary)
            // Only the pages in use, in a consistent state, without the log.
            try database.execute(sql: "VACUUM INTO ?", arguments: [temporary])
            try synchronize(temporary)
            guard rename(temporary, path) == 0 else { throw DataFolder.failure(path) }
            try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Copies a database that is about to be brought up to date, beside it; a copy of the same state is kept.
    static func beforeUpgrade(of queue: DatabaseQueue, at path: String) throws {
        try queue.writeWithoutTransaction { database in
            let steps = try Schema.migrator.appliedIdentifiers(database)
            let copy = "\(path).before-\(Schema.next(after: steps))"
            // One that is there is older: what was written since would be missing from it.
            if try DataFolder.lastChange(of: copy) != nil, unlink(copy) != 0 { throw DataFolder.failure(copy) }
            try make(of: database, at: copy)
        }
    }

    /// Checks a copy, then puts it where the database is; what was there gets a name of its own.
    static func restore(_ copy: String, to path: String, at time: WallTime) throws {
        guard try DataFolder.hasContent(copy) else {
            throw StoreError.unavailable(path: copy, reason: "it is missing or empty")
        }
        let temporary = path + ".restored"
        unlink(temporary)
        do {
            try DataFolder.makeFile(temporary)
            var configuration = Configuration()
            configuration.readonly = true
            let source = try DatabaseQueue(path: copy, configuration: configuration)
            try source.writeWithoutTransaction { database in
                guard try Schema.age(of: database) != .empty else {
                    throw StoreError.unavailable(path: copy, reason: "it is no job database")
                }
                let faults = try StoreCheck.basicFaults(in: database)
                guard faults.isEmpty else { throw StoreError.corrupt(detail: "\(copy): \(faults[0])") }
                try database.execute(sql: "VACUUM INTO ?", arguments: [temporary])
            }
            try source.close()
            try synchronize(temporary)
            let old = "\(path).before-restore-\(time.milliseconds)"
            // A log belongs to the database beside it: it must not be taken for that of another.
            for suffix in ["-wal", "-shm", ""] where try DataFolder.lastChange(of: path + suffix) != nil {
                guard rename(path + suffix, old + suffix) == 0 else { throw DataFolder.failure(path + suffix) }
            }
            guard rename(temporary, path) == 0 else { throw DataFolder.failure(path) }
            try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func synchronize(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, fsync(file) == 0 else { throw DataFolder.failure(path) }
    }
}
