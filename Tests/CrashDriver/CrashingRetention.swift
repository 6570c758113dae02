import Model
import Ports

/// What takes away from a store, around whose commits the process can end.
struct CrashingRetention: RetentionStore {
    let store: any RetentionStore
    let crash: CrashPoint

    func retire(
        _ policy: RetentionPolicy, atMost most: Int, at now: WallTime
    ) async throws(StoreError) -> RetentionReport {
        try await crash.around(.storeRetire) { () throws(StoreError) in
            try await store.retire(policy, atMost: most, at: now)
        }
    }

    func checkpoint() async throws(StoreError) {
        try await crash.around(.storeCheckpoint) { () throws(StoreError) in try await store.checkpoint() }
    }

    func historyEnd(keeping count: Int) async throws(StoreError) -> RetentionMark? {
        try await store.historyEnd(keeping: count)
    }

    func unknownBlobs(among digests: [String]) async throws(StoreError) -> [String] {
        try await store.unknownBlobs(among: digests)
    }

    func attemptsWithSandboxes() async throws(StoreError) -> Set<AttemptID> {
        try await store.attemptsWithSandboxes()
    }
}
