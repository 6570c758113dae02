import BlobFiles
import Model
import Ports
package import SQLiteStore

/// The job database of a data folder that no daemon has in use.
package enum StoreUpkeep {
    /// How long to wait for whoever has the folder: one that ends just now has ended by then.
    private static let patience = Duration.seconds(2)

    /// Calls `body` with the store, which nobody else has open.
    ///
    /// - Throws: ``StoreError/locked(path:pid:waited:)`` if a daemon runs.
    package static func use<Value>(
        _ configuration: InstanceConfiguration, _ body: (SQLiteJobStore) async throws -> Value
    ) async throws -> Value {
        try DataFolder.checkReadable(configuration.home, mustExist: true)
        let lock = try await StoreLock.acquire(
            configuration.home, waiting: patience, clock: ContinuousClock(), whenWaiting: { _ in })
        let blobs = BlobFolder(in: configuration.home, ids: RandomIDs())
        let store = try await SQLiteJobStore.open(lock, blobs: blobs, ids: RandomIDs(), clock: SystemWallClock())
        do {
            let value = try await body(store)
            try await store.close()
            return value
        } catch {
            try? await store.close()  // ignored: the first error is the one to tell
            throw error
        }
    }

    /// Puts a copy in the place of the database, which is kept beside it.
    ///
    /// - Throws: ``StoreError/locked(path:pid:waited:)`` if a daemon runs, ``StoreError/corrupt(detail:)`` if the copy is not sound.
    package static func restore(_ copy: String, to configuration: InstanceConfiguration) async throws {
        try DataFolder.prepare(configuration.home)
        let lock = try await StoreLock.acquire(
            configuration.home, waiting: patience, clock: ContinuousClock(), whenWaiting: { _ in })
        // The lock is held for as long as it lives.
        try withExtendedLifetime(lock) { try SQLiteJobStore.restore(copy, into: lock, at: SystemWallClock().now()) }
    }
}
