import Model
import Ports
import Synchronization
import TestSupport

/// What is opened when a job writes its first byte to stdout.
final class WatchedJobs: Sendable {
    private let latches = Mutex<[JobID: Latch]>([:])

    func latch(of job: JobID) -> Latch {
        latches.withLock { latches in
            if let latch = latches[job] { return latch }
            let latch = Latch()
            latches[job] = latch
            return latch
        }
    }
}

/// Spools that open them.
struct WatchedSpools: Spools {
    let spools: any Spools
    let jobs: WatchedJobs

    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        let spool = try await spools.open(attempt, stream)
        return stream == .stdout ? WatchedSpool(spool: spool, latch: jobs.latch(of: attempt.job)) : spool
    }

    func remove(_ attempt: AttemptID) async throws(StoreError) { try await spools.remove(attempt) }
}
