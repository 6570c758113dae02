import CellWire
import Logging
import Model
import Ports
import Scheduler
import Synchronization
import TestSupport

/// Everything around a supervisor, in memory: each call is a named step that is written down and can be made to fail.
final class FakeWorld: Sendable {
    typealias Script = FakeEngine.Script

    let store: MemoryJobStore
    let spools: MemorySpools
    let blobs: MemoryBlobs
    let engine: FakeEngine
    private let log = Steps()

    init(script: Script = Script()) {
        blobs = MemoryBlobs(steps: log)
        spools = MemorySpools(steps: log)
        store = MemoryJobStore(blobs: blobs, steps: log)
        engine = FakeEngine(script: script, steps: log)
    }

    static var success: CellRecord { Script().record }

    // MARK: What tests ask and say

    var steps: [String] { log.names }
    var outcomes: [AttemptOutcome] { store.outcomes }
    var containers: Set<String> { engine.containerIDs }
    var spoolNames: [String] { spools.names }
    func job(_ id: JobID) -> JobRecord? { store.job(id) }
    func attempt(_ id: AttemptID) -> AttemptRecord? { store.attempt(id) }
    func fail(_ step: String?) { log.fail(step) }
    /// Calls `hook` at each step, before it takes effect.
    func onStep(_ hook: @escaping @Sendable (String) -> Void) { log.onStep(hook) }
    func add(_ sighting: SandboxSighting) { engine.put(sighting) }
    func add(_ job: JobRecord) { store.put(job) }
    func add(_ attempt: AttemptRecord) { store.put(attempt) }
    func addSpool(of attempt: AttemptID) { spools.put("\(attempt)/stdout") }

    // MARK: The parts under test

    static let installation: InstallationID = {
        var generator = SeededGenerator(seed: 1)
        return InstallationID(using: &generator)
    }()

    var supervisor: JobSupervisor {
        JobSupervisor(
            store: store, spools: spools, blobs: blobs, engine: engine, installation: Self.installation,
            ids: SeededIDs(seed: 2), wallClock: FixedWallClock(), clock: TickingClock(), logger: Self.logger,
            callName: { "call\($0)" })
    }

    var recovery: Recovery {
        Recovery(store: store, spools: spools, engine: engine, wallClock: FixedWallClock(), logger: Self.logger)
    }

    /// What a new process does with what an earlier one left: all of it, to its end.
    @discardableResult
    func goOn() async throws -> [EarlierJobs.News] {
        let news = Mutex<[EarlierJobs.News]>([])
        let earlier = EarlierJobs(
            try await recovery.run(), supervisor: supervisor, profile: { _ in try Samples.profile() },
            tell: { piece in news.withLock { $0.append(piece) } })
        await earlier.run()
        return news.withLock { $0 }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
