import Conditions
import Foundation
package import Model
package import Ports
import Scheduler
import SQLiteStore
import Synchronization
import TestSupport

/// The data folder of one simulation, in memory, with the real store.
package final class SimulationFolder {
    private let path: String

    /// A database as it is when it has been made, so that not every run has to make it.
    private static let template = Mutex<Data?>(nil)

    /// - Throws: an error of Foundation if the folder cannot be made.
    package init(seed: UInt64) throws {
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(parent)/caisson-simulation-\(getpid())-\(seed)-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // ignored: it lies in memory, under a name of its own

    private var databasePath: String { "\(path)/\(SQLiteJobStore.fileName)" }

    /// - Throws: ``StoreError``.
    package func open(
        _ environment: SimulationEnvironment
    ) throws -> (store: any JobStore & JobReader & BlobReader, installation: InstallationID) {
        let path = path
        if !FileManager.default.fileExists(atPath: databasePath) {
            let template = try Self.template.withLock { template in
                if let template { return template }
                let made = try Self.makeDatabase(environment)
                template = made
                return made
            }
            try template.write(to: URL(fileURLWithPath: databasePath))
            chmod(databasePath, 0o600)
        }
        let store = try SimulationExecutor.outside { () async throws(any Error) in
            let lock = try await StoreLock.acquire(path, waiting: .seconds(5), clock: EagerClock())
            return try await SQLiteJobStore.open(
                lock, blobs: environment.blobs, ids: environment.ids, clock: environment.clock,
                conditions: Self.conditions)
        }
        return (store, store.installation)
    }

    private static func makeDatabase(_ environment: SimulationEnvironment) throws -> Data {
        let folder = try SimulationFolder(seed: 0)
        let path = folder.path
        try SimulationExecutor.outside { () async throws(any Error) in
            let lock = try await StoreLock.acquire(path, waiting: .seconds(5), clock: EagerClock())
            // Not of this run's ids: whether a run is the first one must change nothing.
            let store = try await SQLiteJobStore.open(
                lock, blobs: environment.blobs, ids: SeededIDs(seed: 0), clock: environment.clock)
            try await store.close()
        }
        return try Data(contentsOf: URL(fileURLWithPath: folder.databasePath))
    }

    private static let conditions = EdgeCondition { source, names in
        try Condition(source, names: Intake.edgeNames).isTrue(of: [
            "result": names.result, "state": .string(names.state.rawValue),
            "exit_code": names.exitCode.map { .integer(Int64($0)) } ?? .null,
        ])
    }
}

/// Real time, in which nobody sleeps for long: the lock of a daemon that is gone is free in a moment.
private struct EagerClock: Clock {
    private let clock = ContinuousClock()
    var now: ContinuousClock.Instant { clock.now }
    var minimumResolution: Duration { clock.minimumResolution }
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try await clock.sleep(until: min(deadline, clock.now + .microseconds(200)), tolerance: .zero)
    }
}
