import Dispatch
import GRDB
package import Ports

extension SQLiteJobReader {
    /// How long SQLite may look for damage.
    package static let checkPatience = Duration.seconds(10)

    /// The version of SQLite that we are linked with, as in `3.40.1`.
    package static var libraryVersion: String {
        let number = Database.sqliteLibVersionNumber
        return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }

    /// Looks at the database without changing anything, also at one that cannot be used; `nil` if there is none.
    ///
    /// - Throws: ``StoreError`` if it cannot be opened, or is no database at all.
    package func survey() async throws(StoreError) -> StoreSurvey? {
        guard try DataFolder.lastChange(of: path) != nil else { return nil }
        return try await inspect { connection in
            var survey = try connection.read { database in
                StoreSurvey(age: try Self.age(of: database), integrity: .unfinished)
            }
            survey.integrity = Self.integrity(of: connection)
            guard survey.age == .current else { return survey }
            if case .broken = survey.integrity { return survey }
            try connection.read { database in
                survey.installation = try String.fetchOne(database, sql: "SELECT id FROM installation")
                survey.jobs = try Int.fetchOne(database, sql: "SELECT count(*) FROM job") ?? 0
                survey.openJobs =
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM job WHERE finished_at_ms IS NULL") ?? 0
                survey.cellVolumes = try String.fetchSet(database, sql: "SELECT name FROM cell_volume")
                let most = StoreSurvey.mostBlobFiles
                let digests = try String.fetchSet(
                    database, sql: "SELECT digest FROM blob WHERE content IS NULL LIMIT ?", arguments: [most + 1])
                survey.blobFiles = digests.count > most ? nil : digests
            }
            return survey
        }
    }

    /// The installation's id; `nil` if there is no database yet.
    package func installation() async throws(StoreError) -> String? {
        try await read { try String.fetchOne($0, sql: "SELECT id FROM installation") }
    }

    private static func age(of database: Database) throws -> StoreSurvey.Age {
        do {
            return switch try Schema.age(of: database) {
            case .empty: .empty
            case .older: .older
            case .current: .current
            }
        } catch StoreError.newer(let found) {
            return .newer(steps: found)
        }
    }

    /// SQLite's own check, ended when it takes too long.
    private static func integrity(of connection: DatabaseQueue) -> StoreSurvey.Integrity {
        let (seconds, _) = checkPatience.components
        let timer = DispatchSource.makeTimerSource(queue: .global())
        // Again and again: an interrupt that comes between two statements has no effect.
        timer.schedule(deadline: .now() + .seconds(Int(seconds)), repeating: .seconds(1))
        timer.setEventHandler { connection.interrupt() }
        timer.resume()
        defer { timer.cancel() }
        do {
            let found = try connection.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            return found == "ok" ? .sound : .broken(found ?? "the check says nothing")
        } catch {
            let code = (error as? DatabaseError)?.resultCode
            return code == .SQLITE_INTERRUPT ? .unfinished : .broken(code.map { "SQLite error \($0)" } ?? "unreadable")
        }
    }
}
