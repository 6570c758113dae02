import Model
import Ports
import Synchronization

/// The files of large blobs, in memory.
actor MemoryBlobs: BlobStore {
    private var files: [BlobReference: [UInt8]] = [:]

    func add(_ bytes: [UInt8], as reference: BlobReference) { files[reference] = bytes }

    func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob {
        throw .unavailable(path: "memory", reason: "blobs are not made here")
    }

    func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob {
        throw .unavailable(path: "memory", reason: "blobs are not made here")
    }

    func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] {
        guard let bytes = files[reference] else { throw .notFound(reference.digest) }
        let bounds = range.clamped(to: 0..<Int64(bytes.count))
        return Array(bytes[Int(bounds.lowerBound)..<Int(bounds.upperBound)])
    }
}

/// A clock on which each sleep is over at once, after `onSleep` has had its say.
struct SteppingClock: Clock {
    typealias Instant = ContinuousClock.Instant
    private let start = ContinuousClock.now
    private let slept = Counter()
    let onSleep: @Sendable (_ sleeps: Int) -> Void

    final class Counter: Sendable {
        let state = Mutex((sleeps: 0, time: Duration.zero))
    }

    var now: Instant { start.advanced(by: slept.state.withLock { $0.time }) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let sleeps = slept.state.withLock { state in
            state.time = max(state.time, start.duration(to: deadline))
            state.sleeps += 1
            return state.sleeps
        }
        onSleep(sleeps)
    }
}
