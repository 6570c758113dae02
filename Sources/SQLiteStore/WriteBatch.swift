import GRDB
import Model
import Ports
import Synchronization

/// Group commit: writes that arrive while a commit is under way are carried out together in one transaction, which one sync makes durable.
///
/// Each stands in a savepoint of its own, so that the error of one undoes that one alone. They are carried out in the order in which they
/// came, and nobody is answered before the commit.
final class WriteBatch: Sendable {
    /// One write and whom to tell.
    struct Item: Sendable {
        /// Carries it out, and gives what tells the caller once it is committed.
        let carryOut: @Sendable (JobWriter) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    /// Writes in one transaction at most.
    static let most = 256

    private struct State {
        var items: [Item] = []
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let makeWriter: @Sendable (Database) -> JobWriter
    private let committed: @Sendable (Set<JobID>) -> Void

    /// - Parameter committed: is told after each commit which roots it has touched.
    init(
        writer: @escaping @Sendable (Database) -> JobWriter, committed: @escaping @Sendable (Set<JobID>) -> Void
    ) {
        (makeWriter, self.committed) = (writer, committed)
    }

    /// - Returns: whether ``drain(_:)`` has to be called for it: nobody else is about to.
    func add(_ item: Item) -> Bool {
        state.withLock { state in
            state.items.append(item)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
    }

    /// Carries out what waits, a transaction's worth.
    ///
    /// - Returns: whether it has to be called again.
    func drain(_ database: Database) -> Bool {
        let items = state.withLock { state in
            let items = Array(state.items.prefix(Self.most))
            state.items.removeFirst(items.count)
            return items
        }
        if items.count == 1 || !commitTogether(items, database) {
            for item in items { commitAlone(item, database) }
        }
        return state.withLock { state in
            state.isScheduled = !state.items.isEmpty
            return state.isScheduled
        }
    }

    private func commitAlone(_ item: Item, _ database: Database) {
        do {
            var tell: (@Sendable () -> Void)?
            var roots: Set<JobID> = []
            try database.inTransaction(.immediate) {
                let writer = makeWriter(database)
                tell = try item.carryOut(writer)
                roots = try Self.ids(of: writer.touched, in: database)
                return .commit
            }
            if !roots.isEmpty { committed(roots) }
            tell?()
        } catch {
            item.fail(error)
        }
    }

    /// - Returns: false if nothing was committed and nobody was told: an error that took the whole transaction with it.
    private func commitTogether(_ items: [Item], _ database: Database) -> Bool {
        var tell: [@Sendable () -> Void] = []
        var roots: Set<JobID> = []
        do {
            try database.inTransaction(.immediate) {
                var touched: Set<Int64> = []
                for item in items {
                    do {
                        try run("SAVEPOINT item", database)
                        let writer = makeWriter(database)
                        tell.append(try item.carryOut(writer))
                        touched.formUnion(writer.touched)
                    } catch {
                        // A full disk, for one, ends the transaction: then each has to stand alone.
                        guard database.isInsideTransaction else { throw error }
                        try run("ROLLBACK TO item", database)
                        tell.append { item.fail(error) }
                    }
                    try run("RELEASE item", database)
                }
                roots = try Self.ids(of: touched, in: database)
                return .commit
            }
        } catch {
            return false
        }
        if !roots.isEmpty { committed(roots) }
        for told in tell { told() }
        return true
    }

    /// Compiled once: GRDB's own savepoints are compiled anew each time.
    private func run(_ sql: String, _ database: Database) throws { try database.cachedStatement(sql: sql).execute() }

    /// The ids of the roots whose jobs were changed.
    private static func ids(of ordinals: Set<Int64>, in database: Database) throws -> Set<JobID> {
        let find = try database.cachedStatement(sql: "SELECT id FROM job WHERE ordinal = ?")
        return Set(try ordinals.compactMap { try String.fetchOne(find, arguments: [$0]).map { try JobID($0) } })
    }
}
