import BlobFiles
import CellWire
import ControlClient
import ControlWire
import Foundation
import GRDB
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler
import ServiceLifecycle
import Synchronization
import TestSupport
import Waiting

@testable import ControlAPI

/// A server on a socket of its own, with the real client, and stores in memory.
struct ControlFixture: Sendable {
    let path: String
    let client: ControlClient
    let blobs = MemoryBlobs()
    let store: TemporaryStore
    let spools = WatchedSpools(MemorySpools())
    let inputs = LiveInputRegister()
    let changes: CountedWatch
    let log = LogLines()

    /// Calls `body` with a server that listens, and stops it afterwards.
    static func with(
        bounds: ControlBounds = ControlBounds(), extra: [any RouteGroup] = [], checks: [AboutRoutes.HealthCheck] = [],
        _ body: (ControlFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            let fixture = ControlFixture(path: path, client: try ControlClient(socketPath: path))
            let latch = Latch()
            let logger = Logger(label: "test") { [log = fixture.log] _ in LineHandler(lines: log) }
            let server = ControlServer(
                path: path, routes: fixture.routes(checks) + extra, bounds: bounds, ids: SeededIDs(seed: 7),
                logger: logger, whenListening: { latch.open() })
            let group = ServiceGroup(configuration: .init(services: [server], logger: Logger(label: "group")))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    defer { latch.open() }
                    try await group.run()
                }
                await latch.wait()
                do {
                    try await body(fixture)
                } catch {
                    await group.triggerGracefulShutdown()
                    await fixture.client.shutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            await fixture.client.shutdown()
        }
    }

    private init(path: String, client: ControlClient) {
        (self.path, self.client, store) = (path, client, TemporaryStore(blobs: blobs))
        changes = CountedWatch(store: store)
    }

    private func routes(_ checks: [AboutRoutes.HealthCheck]) -> [any RouteGroup] {
        [
            AboutRoutes(
                version: VersionView(version: "1.2.3", installation: "0123abcd", pid: 1, startedAt: "t"), checks: checks
            ),
            BlobRoutes(store: blobs, intake: Staging(store: store), reader: store),
            JobRoutes(reader: store, watch: changes, clock: ContinuousClock(), wallClock: FixedWallClock()),
            OutputRoutes(reader: store, jobs: changes, spools: spools),
            InputRoutes(reader: store, watch: changes, inputs: inputs),
        ]
    }

    // MARK: Jobs

    static let spec = JobSpec(
        imageID: "sha256:i", imageName: "shell", command: ["true"], environment: ["B": "secret", "A": "x"],
        profile: "shell", limits: Limits.testing)

    /// A job in `ready`.
    func makeJob(_ id: String = "k3v9x2m7q4ta", isLive: Bool = false) throws -> JobID {
        let id = try JobID(id)
        var spec = Self.spec
        if isLive { spec.stdin = .live }
        let job = JobSummary(id: id, createdAt: WallTime(milliseconds: 1_700_000_000_000))
        try store.put(JobRecord(job, spec: spec, specDigest: "sha256:s"))
        return id
    }

    /// An attempt whose tool works, with its spools.
    func begin(_ job: JobID, number: Int = 1) async throws -> (id: AttemptID, out: any Spool) {
        let id = AttemptID(job: job, number: number)
        let at = WallTime(milliseconds: 1_700_000_000_500)
        try await store.lease(
            AttemptIntent(
                attempt: id, containerName: "caisson-x-\(id)", profileDigest: "sha256:p", frameKey: 77, at: at))
        try await store.markVerified(id, containerID: "c\(number)", posture: ["NetworkDisabled": true], at: at)
        try await store.markWorking(id, attestation: .init(), at: at)
        let out = try await spools.open(id, .stdout)
        return (id, out)
    }

    /// The attempt's end: its stdout becomes a blob, then its spool goes.
    func finish(_ attempt: AttemptID, _ out: any Spool) async throws {
        let at = WallTime(milliseconds: 1_700_000_001_000)
        var outcome = AttemptOutcome(
            attempt: attempt, jobState: .succeeded, attemptState: .collected, reason: "exit_status",
            message: "It ended.",
            at: at)
        outcome.stdout = try await blobs.makeBlob(from: out, range: 0..<(await out.length))
        await out.close()
        try await store.finish(outcome)
        try await spools.remove(attempt)
    }
}

extension Limits {
    static var testing: Limits {
        Limits(
            milliCPUs: 1000, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
            artifacts: .mebibytes(10), work: .mebibytes(64), tmp: .mebibytes(16), files: 1024, start: .seconds(30),
            run: .seconds(60), grace: .seconds(5))
    }
}

/// The store's watch, and who watches.
final class CountedWatch: JobWatch {
    private let store: TemporaryStore
    private let watched = Mutex<[JobID: Int]>([:])

    init(store: TemporaryStore) { self.store = store }

    /// Roots that somebody watches now.
    var watchedKeys: Set<JobID> { Set(watched.withLock { $0.filter { $0.value > 0 }.keys }) }

    func watch(root: JobID, _ wake: @escaping @Sendable () -> Void) -> Watching {
        let watching = store.watch(root: root, wake)
        watched.withLock { $0[root, default: 0] += 1 }
        return Watching { [self] in
            watching.end()
            watched.withLock { $0[root, default: 0] -= 1 }
        }
    }

    func watchAll(_ wake: @escaping @Sendable () -> Void) -> Watching { store.watchAll(wake) }
}

/// Uploads become staged blobs of the store.
private struct Staging: BlobIntake {
    let store: TemporaryStore

    func keep(_ blob: Blob) async throws(StoreError) { try await store.keep(blob, at: FixedWallClock().now()) }
}

/// What was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.debug

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        lines.add(
            "\(event.message) \(all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))")
    }
}

extension TemporaryStore {
    /// Uploads that no submission has named yet.
    var stagedBlobCount: Int {
        get async throws {
            try await real.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM staged_blob") ?? 0 }
        }
    }
}
