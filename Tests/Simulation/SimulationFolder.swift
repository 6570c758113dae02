import Conditions
import Foundation
package import Model
package import Ports
import Scheduler
import SQLiteStore
import Synchronization
import TestSupport

/// The data folder of simulations, in memory, with the real store.
///
/// - Threading: that of the simulation.
package final class SimulationFolder {
    private let path: String
    private let blobs = BlobLine()
    private var store: SQLiteJobStore?
    /// Whether ``store`` is as one that was just made.
    private var isEmpty = false

    /// A database as it is when it has been made, so that not every run has to make it.
    private static let template = Mutex<Data?>(nil)

    /// - Throws: an error of Foundation if the folder cannot be made.
    package init() throws {
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(parent)/caisson-simulation-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // ignored: it lies in memory, under a name of its own

    private var databasePath: String { "\(path)/\(SQLiteJobStore.fileName)" }

    /// The store: that of the run before if it was emptied, else one that is opened on what this run has written so far.
    ///
    /// - Throws: ``StoreError``.
    package func open(
        _ environment: SimulationEnvironment
    ) throws -> (store: any JobStore & JobReader & BlobReader, installation: InstallationID) {
        blobs.inner = environment.blobs
        if isEmpty, let store {
            isEmpty = false
            return (store, store.installation)
        }
        store = nil
        if !FileManager.default.fileExists(atPath: databasePath) { try makeFile(environment) }
        // Not of this run's ids, here and below: whether a store is opened must change nothing.
        let opened = try SQLiteJobStore.openNow(
            lock(), blobs: blobs, ids: SeededIDs(seed: 0), clock: environment.clock, conditions: Self.conditions,
            place: .caller)
        store = opened
        return (opened, opened.installation)
    }

    /// Makes the store as if it were new.
    ///
    /// - Throws: ``StoreError`` if there is a job that has not ended.
    func empty() throws {
        try store?.emptyNow()
        isEmpty = store != nil
    }

    private func lock() throws -> StoreLock {
        guard let lock = try StoreLock.acquireNow(path) else {
            throw StoreError.locked(path: path, pid: nil, waited: .zero)
        }
        return lock
    }

    private func makeFile(_ environment: SimulationEnvironment) throws {
        let template = try Self.template.withLock { template in
            if let template { return template }
            let made = try Self.makeDatabase(environment)
            template = made
            return made
        }
        try template.write(to: URL(fileURLWithPath: databasePath))
        chmod(databasePath, 0o600)
    }

    private static func makeDatabase(_ environment: SimulationEnvironment) throws -> Data {
        let folder = try SimulationFolder()
        let store = try SQLiteJobStore.openNow(
            folder.lock(), blobs: environment.blobs, ids: SeededIDs(seed: 0), clock: environment.clock, place: .caller)
        try SimulationExecutor.now { () async throws(StoreError) in try await store.checkpoint() }
        return try Data(contentsOf: URL(fileURLWithPath: folder.databasePath))
    }

    private static let conditions = EdgeCondition { source, names in
        try Condition(source, names: Intake.edgeNames).isTrue(of: [
            "result": names.result, "state": .string(names.state.rawValue),
            "exit_code": names.exitCode.map { .integer(Int64($0)) } ?? .null,
        ])
    }
}

/// The files of the run that is under way, for a store that lasts longer.
// Safe because: used by the one thread that runs the simulation's executor.
private final class BlobLine: BlobStore, @unchecked Sendable {
    var inner: any BlobStore = MemoryBlobs()

    func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob {
        try await inner.makeBlob(from: spool, range: range)
    }
    func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob {
        try await inner.makeBlob(from: source, limit: limit)
    }
    func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] {
        try await inner.read(reference, range: range)
    }
    func contents(of reference: BlobReference) throws(StoreError) -> [UInt8] { try inner.contents(of: reference) }
}
