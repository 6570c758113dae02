import GRDB
import GRDBSQLite
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct PragmaTests {
    @Test("both connections of a store have every setting in force")
    func inForce() async throws {
        try await SQLiteFixture.with { fixture in
            try await fixture.store.onQueue { try Pragma.verify(Pragma.writer, on: $0) }
            try await fixture.store.read { try Pragma.verify(Pragma.common, on: $0) }
        }
    }

    @Test("what is read for somebody can change nothing, and a change by what is read for the next write is undone")
    func readsChangeNothing() async throws {
        try await SQLiteFixture.with { fixture in
            let change: @Sendable (Database) throws -> Void = { try $0.execute(sql: "DELETE FROM queue") }
            await #expect(throws: StoreError.self) { try await fixture.store.read(change) }
            try await fixture.store.readFirst(change)
            let left = try await fixture.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM queue") }
            #expect(left == 1)
        }
    }

    @Test("to read compiles no statement anew")
    func statementsStay() async throws {
        try await SQLiteFixture.with { fixture in
            _ = try await fixture.store.planRows()
            let count: @Sendable (Database) throws -> CInt = { database in
                let statement = try database.cachedStatement(sql: JobQueries.liveRows)
                return sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_REPREPARE, 0)
            }
            for _ in 0..<5 { _ = try await fixture.store.planRows() }
            let compiled = try await fixture.store.onQueue(count)
            #expect(compiled == 0)
        }
    }

    @Test(
        "a setting that is not in force is named",
        arguments: [
            ("synchronous", "NORMAL", "1"), ("foreign_keys", "OFF", "0"), ("busy_timeout", "1", "1"),
            ("journal_mode", "DELETE", "delete"), ("trusted_schema", "ON", "1"), ("cell_size_check", "OFF", "0"),
            ("temp_store", "FILE", "1"), ("mmap_size", "4096", "4096"), ("wal_autocheckpoint", "0", "0"),
        ])
    func planted(name: String, value: String, found: String) async throws {
        try await TemporaryFolder.with { folder in
            let database = try DatabaseQueue(path: folder.file("any.db"))
            try await database.writeWithoutTransaction { database in
                try Pragma.apply(Pragma.writer, to: database)
                _ = try Row.fetchAll(database, sql: "PRAGMA \(name) = \(value)")
                let wanted = try #require(Pragma.writer.first { $0.name == name }).value
                #expect(throws: StoreError.wrongMode(pragma: name, wanted: wanted, found: found)) {
                    try Pragma.verify(Pragma.writer, on: database)
                }
            }
        }
    }

    @Test("a database that cannot have a log is refused at open")
    func cannotBeSet() throws {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try Pragma.apply(Pragma.writer.filter { $0.name == "journal_mode" }, to: database)
        }
        #expect(throws: StoreError.wrongMode(pragma: "journal_mode", wanted: "WAL", found: "memory")) {
            try DatabaseQueue(configuration: configuration)
        }
    }
}
