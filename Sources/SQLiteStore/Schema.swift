import GRDB
import Ports

/// The tables, as a list of named steps that are only ever added to.
///
/// A step's text is frozen once it is released, the lists of states in it included: a new state needs a new step.
enum Schema {
    /// Brings a database up to date.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-jobs") { try $0.execute(sql: jobs) }
        migrator.registerMigration("0002-adoptions") { try $0.execute(sql: adoptions) }
        migrator.registerMigration("0003-images") { try $0.execute(sql: images) }
        migrator.registerMigration("0004-changes") { try $0.execute(sql: changes) }
        migrator.registerMigration("0005-queue", foreignKeyChecks: .deferred) { try addQueue(to: $0) }
        return migrator
    }()

    /// The name of the first step that is not among these.
    static func next(after applied: Set<String>) -> String {
        migrator.migrations.first { !applied.contains($0) } ?? "none"
    }

    /// How far a database has been brought.
    enum Age { case empty, older, current }

    /// - Throws: ``StoreError/newer(found:)`` if there is a step that this release does not know.
    static func age(of database: Database) throws -> Age {
        let applied = try migrator.appliedIdentifiers(database)
        let unknown = applied.subtracting(migrator.migrations)
        guard unknown.isEmpty else { throw StoreError.newer(found: unknown.sorted().joined(separator: ", ")) }
        if applied.isEmpty { return .empty }
        return applied.count == migrator.migrations.count ? .current : .older
    }
}
