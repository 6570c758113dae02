import Foundation
import GRDB
package import Model
package import Ports
package import SQLiteStore
import Synchronization

/// A job store in a folder of its own, gone with this object: the real one, with named steps that can be made to fail.
///
/// The folder is in memory where the system has such a place, so that a sync takes no time.
package final class TemporaryStore: Sendable {
    package let folder: String
    let steps: Steps
    private let opened: Result<SQLiteJobStore, StoreError>
    private let finished = Mutex<[AttemptOutcome]>([])

    package init(
        blobs: any BlobStore = MemoryBlobs(), steps: Steps = Steps(), conditions: EdgeCondition = .none
    ) {
        let place = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        folder = "\(place)/caisson-test-\(SeededIDs.unlikeOthers().makeJobID())"
        self.steps = steps
        let folder = folder
        opened = Result { () throws(StoreError) in
            guard let lock = try StoreLock.acquireNow(folder) else {
                throw .locked(path: folder, pid: nil, waited: .zero)
            }
            return try SQLiteJobStore.openNow(
                lock, blobs: blobs, ids: SeededIDs(seed: 1), clock: FixedWallClock(), conditions: conditions)
        }
    }

    deinit {
        // ignored: what stays in the system's folder for temporary files harms nobody
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The store itself, for what has no step.
    package var real: SQLiteJobStore { get throws(StoreError) { try opened.get() } }

    func step(_ name: String) throws(StoreError) -> SQLiteJobStore {
        try steps.store(name)
        return try opened.get()
    }

    // MARK: What tests ask

    /// Every outcome that was accepted, in order.
    package var outcomes: [AttemptOutcome] { finished.withLock(\.self) }

    func note(_ outcome: AttemptOutcome) { finished.withLock { $0.append(outcome) } }

    package func job(_ id: JobID) -> JobRecord? {
        try? real.jobNow(id)  // ignored: there is none
    }

    package func attempt(_ id: AttemptID) -> AttemptRecord? {
        // ignored: there is none
        let attempts = try? real.attemptsNow(of: id.job)
        return attempts?.first { $0.id == id }
    }
}
