package import GRDB
import Ports

/// A setting of an SQLite connection, with the value it is set to and the one it must then answer.
///
/// Distributions differ in their defaults, so none is relied upon: each is set, and each is read back.
package struct Pragma: Sendable, Hashable {
    package let name: String
    /// As it is written in `PRAGMA name = value`.
    package let value: String
    /// As SQLite answers `PRAGMA name`, which for some is a number where a word was set.
    package let answer: String

    init(_ name: String, _ value: String, answer: String? = nil) {
        (self.name, self.value, self.answer) = (name, value, answer ?? value)
    }

    /// How long a statement waits for another connection before it fails.
    static let busyTimeout = Duration.milliseconds(5000)

    /// For every connection, the read-only ones included.
    package static let common = [
        Pragma("busy_timeout", "\(busyTimeout.components.seconds * 1000)"),
        Pragma("foreign_keys", "ON", answer: "1"),
        // A database file from elsewhere must not be able to run functions from its schema.
        Pragma("trusted_schema", "OFF", answer: "0"),
        Pragma("cell_size_check", "ON", answer: "1"),
        // An I/O error on a mapped file is a signal, not an error code.
        Pragma("mmap_size", "0"),
        Pragma("temp_store", "MEMORY", answer: "2"),
    ]

    /// For the connection that writes.
    package static let writer =
        common + [
            Pragma("journal_mode", "WAL", answer: "wal"),
            // With NORMAL, a power cut may take the last commits: there would be containers that nobody remembers.
            Pragma("synchronous", "FULL", answer: "2"),
            // Pages of 4 KiB: the log is written back, and may be cut to this size, from about 4 MiB on.
            Pragma("wal_autocheckpoint", "1000"),
            Pragma("journal_size_limit", "4194304"),
        ]

    /// Sets each of `pragmas`, then verifies all of them.
    static func apply(_ pragmas: [Pragma], to database: Database) throws {
        for pragma in pragmas {
            // Some answer with a row and some do not: both are read to the end.
            _ = try Row.fetchAll(database, sql: "PRAGMA \(pragma.name) = \(pragma.value)")
        }
        try verify(pragmas, on: database)
    }

    /// Compares each of `pragmas` with what is in force.
    ///
    /// - Throws: ``StoreError/wrongMode(pragma:wanted:found:)`` for the first that differs.
    package static func verify(_ pragmas: [Pragma], on database: Database) throws {
        for pragma in pragmas {
            let found = try Row.fetchOne(database, sql: "PRAGMA \(pragma.name)").map { "\($0[0] ?? "nothing")" }
            guard found == pragma.answer else {
                throw StoreError.wrongMode(pragma: pragma.name, wanted: pragma.value, found: found ?? "unknown")
            }
        }
    }
}

extension Configuration {
    /// For the one connection that writes.
    static var writing: Configuration {
        var configuration = Configuration()
        configuration.label = "caisson.store"
        configuration.prepareDatabase { try Pragma.apply(Pragma.writer, to: $0) }
        return configuration
    }

    /// For a connection that only reads.
    static var reading: Configuration {
        var configuration = Configuration()
        configuration.label = "caisson.reader"
        configuration.readonly = true
        configuration.prepareDatabase { try Pragma.apply(Pragma.common, to: $0) }
        return configuration
    }
}
