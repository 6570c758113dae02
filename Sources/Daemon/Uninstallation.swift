import DockerEngine
import Foundation
import Model
import Ports
import SQLiteStore

/// Gives up an installation: what it has in the engine goes, and its data if that is wanted.
package enum Uninstallation {
    /// What was taken out of the engine.
    package struct Removed: Sendable, Hashable {
        package let containers, volumes, images: Int
        /// Names of what carries our labels and was left alone.
        package let left: [String]
    }

    /// - Parameter purge: whether the data folder goes, too.
    /// - Returns: `nil` if there is no data folder, and so nothing in the engine that could be told to be ours.
    /// - Throws: ``StoreError/locked(path:pid:waited:)`` if a daemon or a run works in the folder.
    package static func run(_ configuration: InstanceConfiguration, purge: Bool) async throws -> Removed? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: configuration.home, isDirectory: &isFolder), isFolder.boolValue
        else { return nil }
        let lock = try await StoreLock.acquire(configuration.home, waiting: .zero, clock: ContinuousClock())
        let client = try EngineClient(address: configuration.engine)
        let result: Result<EngineCleaner.Result, any Error>
        do {
            try await client.negotiate()
            let (store, _) = try await Instance.openStore(lock, ids: RandomIDs(), clock: SystemWallClock())
            do {
                result = .success(try await clean(client, store))
            } catch {
                result = .failure(error)
            }
            try await store.close()
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
        let removed = try result.get()
        // Only after everything that the folder alone could tell of is gone.
        if purge { try FileManager.default.removeItem(atPath: configuration.home) }
        return Removed(
            containers: removed.containers, volumes: removed.volumes, images: removed.images, left: removed.left)
    }

    private static func clean(_ client: EngineClient, _ store: SQLiteJobStore) async throws -> EngineCleaner.Result {
        try await EngineCleaner(client: client, installation: store.installation).clean { try await store.knows($0) }
    }
}

extension SQLiteJobStore {
    /// Whether an attempt is one of this installation's.
    func knows(_ attempt: AttemptID) async throws(StoreError) -> Bool {
        let known: [AttemptRecord]
        do throws(StoreError) {
            known = try await attempts(of: attempt.job)
        } catch {
            guard case .notFound = error else { throw error }
            return false
        }
        return known.contains { $0.id == attempt }
    }
}
