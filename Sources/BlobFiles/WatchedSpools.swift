package import Model
package import Ports
import Synchronization
package import Waiting

/// Spools that wake those who read a stream while it is written, so that nobody has to look again and again.
///
/// A reader never holds up the writer: it reads the file, and what it has not read yet is in the file, then in the blob.
package final class WatchedSpools: Spools, SpoolWatch {
    struct Key: Sendable, Hashable {
        let attempt: AttemptID
        let stream: SpoolStream
    }

    private let spools: any Spools
    private let open = Mutex<[Key: any Spool]>([:])
    private let wakeups = Wakeups<Key>()

    package init(_ spools: any Spools) { self.spools = spools }

    package func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        let spool = try await spools.open(attempt, stream)
        let key = Key(attempt: attempt, stream: stream)
        open.withLock { $0[key] = spool }
        wakeups.wake(key)
        return WatchedSpool(spool: spool, key: key, spools: self)
    }

    package func remove(_ attempt: AttemptID) async throws(StoreError) {
        for stream in SpoolStream.allCases { forget(Key(attempt: attempt, stream: stream)) }
        try await spools.remove(attempt)
    }

    package func spool(_ attempt: AttemptID, _ stream: SpoolStream) -> (any Spool)? {
        open.withLock { $0[Key(attempt: attempt, stream: stream)] }
    }

    package func watch(
        _ attempt: AttemptID, _ stream: SpoolStream, _ wake: @escaping @Sendable () -> Void
    ) -> Watching {
        wakeups.watch(Key(attempt: attempt, stream: stream), wake)
    }

    func grew(_ key: Key) { wakeups.wake(key) }

    func forget(_ key: Key) {
        let wasOpen = open.withLock { $0.removeValue(forKey: key) != nil }
        if wasOpen { wakeups.wake(key) }
    }
}

/// One stream's spool on the writer's side.
private struct WatchedSpool: Spool {
    let spool: any Spool
    let key: WatchedSpools.Key
    let spools: WatchedSpools

    var length: Int64 { get async { await spool.length } }

    func append(_ bytes: [UInt8]) async throws(StoreError) {
        try await spool.append(bytes)
        spools.grew(key)
    }

    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await spool.read(from: offset, count: count)
    }

    func link(as path: String) async throws(StoreError) -> Bool { try await spool.link(as: path) }

    func close() async {
        // First: whoever finds it here may still read it.
        spools.forget(key)
        await spool.close()
    }
}
