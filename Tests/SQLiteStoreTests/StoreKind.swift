import Model
import Ports
import SQLiteStore
import TestSupport

/// The stores that have to keep the contract.
enum StoreKind: CaseIterable, Sendable {
    case memory, sqlite

    /// Calls `body` with a new, empty store and a source of ids for it.
    func withStore(
        _ body: (_ store: any JobStore & JobReader & BlobReader, _ ids: SeededIDs) async throws -> Void
    ) async throws {
        switch self {
        case .memory: try await body(MemoryJobStore(), SeededIDs(seed: 7))
        case .sqlite:
            try await SQLiteFixture.with { try await body($0.store, $0.ids) }
        }
    }
}

/// A store on SQLite in a folder of its own.
struct SQLiteFixture {
    let folder: TemporaryFolder
    let store: SQLiteJobStore
    let blobs: MemoryBlobs
    let ids: SeededIDs

    static func with(_ body: (SQLiteFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await SQLiteFixture(folder: folder)
            try await body(fixture)
            try await fixture.store.close()
        }
    }

    init(folder: TemporaryFolder) async throws {
        (self.folder, blobs, ids) = (folder, MemoryBlobs(), SeededIDs(seed: 7))
        let lock = try await StoreLock.acquire(folder.path, waiting: .zero, clock: .continuous)
        store = try await SQLiteJobStore.open(lock, blobs: blobs, ids: ids, clock: FixedWallClock())
    }

    /// A job whose tool may have started.
    func insertRunning() async throws -> JobID { try await store.insertRunning(ids.makeJobID()) }
}

extension JobStore {
    /// Brings a new job to `running`, with attempt 1 `working`.
    @discardableResult
    func insertRunning(_ job: JobID) async throws -> JobID {
        let intent = Samples.intent(job)
        try await submit(try Samples.job(job), inputs: [])
        try await lease(intent)
        try await markVerified(
            intent.attempt, containerID: "id of \(job)", posture: Samples.posture, at: WallTime(milliseconds: 3000))
        try await markWorking(intent.attempt, attestation: Samples.attestation, at: WallTime(milliseconds: 4000))
        return job
    }
}
