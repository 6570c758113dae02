import Model
import Ports
import SQLiteStore
import TestSupport

/// A store on SQLite in a folder of its own.
struct SQLiteFixture {
    let folder: TemporaryFolder
    let store: SQLiteJobStore
    let blobs: MemoryBlobs
    let ids: SeededIDs

    static func with(
        conditions: EdgeCondition = .none, _ body: (SQLiteFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await SQLiteFixture(folder: folder, conditions: conditions)
            try await body(fixture)
            try await fixture.store.close()
        }
    }

    init(folder: TemporaryFolder, conditions: EdgeCondition = .none) async throws {
        (self.folder, blobs, ids) = (folder, MemoryBlobs(), SeededIDs(seed: 7))
        let lock = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
        store = try await SQLiteJobStore.open(
            lock, blobs: blobs, ids: ids, clock: FixedWallClock(), conditions: conditions)
    }

    /// A job whose tool may have started.
    func insertRunning() async throws -> JobID { try await store.insertRunning(ids.makeJobID()) }
}

extension JobStore {
    /// Submits a single job.
    func accept(_ job: JobID, at time: Int64 = 1000, placement: Placement = Placement()) async throws {
        _ = try await submit(Samples.acceptance(job, at: time, placement: placement), inputs: Samples.inputs)
    }

    /// Brings a new job to `running`, with attempt 1 `working`.
    @discardableResult
    func insertRunning(_ job: JobID) async throws -> JobID {
        let intent = Samples.intent(job)
        try await accept(job)
        try await lease(intent)
        try await markVerified(
            intent.attempt, containerID: "id of \(job)", posture: Samples.posture, at: WallTime(milliseconds: 3000))
        try await markWorking(intent.attempt, attestation: Samples.attestation, at: WallTime(milliseconds: 4000))
        return job
    }
}
