import CellWire
import Logging
import Model
import Planner
import Ports
import SQLiteStore
import Scheduler
import TestSupport
import Waiting

/// Everything around a supervisor, in memory: each call is a named step that is written down and can be made to fail.
final class FakeWorld: Sendable {
    typealias Script = FakeEngine.Script

    let store: TemporaryStore
    let spools: MemorySpools
    let blobs: MemoryBlobs
    let engine: FakeEngine
    /// The containers that stay for a while.
    let keep: FailureKeep
    private let log = Steps()

    init(script: Script? = Script(), keep: FailureKeep = .none) {
        self.keep = keep
        blobs = MemoryBlobs(steps: log)
        spools = MemorySpools(steps: log)
        store = TemporaryStore(blobs: blobs, steps: log)
        engine = FakeEngine(script: script, steps: log)
    }

    static var success: CellRecord { Script().record }

    // MARK: What tests ask and say

    var steps: [String] { log.names }
    var outcomes: [AttemptOutcome] { store.outcomes }
    var containers: Set<String> { engine.containerIDs }
    var spoolNames: [String] { spools.names }
    func job(_ id: JobID) -> JobRecord? { store.job(id) }
    func hasEnded(_ job: JobRecord) -> Bool { store.job(job.id)?.state.isTerminal == true }
    func attempt(_ id: AttemptID) -> AttemptRecord? { store.attempt(id) }
    func fail(_ step: String?) { log.fail(step) }
    /// Calls `hook` at each step, before it takes effect.
    func onStep(_ hook: @escaping @Sendable (String) -> Void) { log.onStep(hook) }
    func add(_ sighting: SandboxSighting) { engine.put(sighting) }
    func add(_ job: JobRecord) throws { try store.put(job) }
    func add(_ attempt: AttemptRecord) throws { try store.put(attempt) }
    func addSpool(of attempt: AttemptID) { spools.put("\(attempt)/stdout") }

    // MARK: The parts under test

    static let installation: InstallationID = {
        var generator = SeededGenerator(seed: 1)
        return InstallationID(using: &generator)
    }()

    let wallClock = SteppingWallClock()
    private let ids = SeededIDs(seed: 2)

    var supervisor: JobSupervisor {
        JobSupervisor(
            store: store, spools: spools, blobs: blobs, engine: engine, installation: Self.installation, ids: ids,
            wallClock: wallClock, clock: TickingClock(), logger: Self.logger, callName: { "call\($0)" },
            keep: keep)
    }

    var reconciler: Reconciler {
        Reconciler(
            installation: Self.installation, store: store, spools: spools, engine: engine, wallClock: wallClock,
            logger: Self.logger, keep: keep)
    }

    /// Its waits between two looks never end by themselves: it is woken.
    func dispatcher(profile: PreparedProfile, slots: Int = 64, startsAtOnce: Int = 8) -> Dispatcher {
        Dispatcher(
            store: store, blobs: blobs, supervisor: supervisor, reconciler: reconciler, profile: { _, _ in profile },
            liveInputs: LiveInputRegister(),
            configuration: Dispatcher.Configuration(
                capacity: PlanCapacity(
                    slots: slots, milliCPUs: 64_000, memory: ByteCount.gibibytes(64), startsAtOnce: startsAtOnce),
                reapInterval: .seconds(120), sweep: .seconds(120)),
            ids: ids, clock: TickingClock(), wallClock: wallClock, logger: Self.logger)
    }

    // MARK: What a process does

    func accept(_ request: JobRequest, profile: PreparedProfile? = nil) async throws -> JobRecord {
        let prepared = try profile ?? Samples.profile()
        let intake = Intake(
            store: store, blobs: blobs, engine: engine, profile: { _, _ in prepared },
            capacity: PlanCapacity(slots: 64, milliCPUs: 64_000, memory: ByteCount.gibibytes(64)), ids: ids,
            wallClock: wallClock, wake: {})
        return try await intake.accept(request, by: "test")
    }

    /// Makes attempts of a job until it has ended.
    func run(
        _ job: JobRecord, live: (any InputSource)? = nil, control: JobControl = JobControl(grace: .seconds(5))
    ) async throws -> Verdict? {
        while true {
            let now = try await store.job("\(job.id)")
            guard now.state == .ready else {
                _ = try await store.wake(at: wallClock.now())
                continue
            }
            switch try await supervisor.attempt(now, profile: Samples.profile(), live: live, control: control) {
            case .settled(let verdict): return verdict
            case .left: return nil
            case .again: continue
            }
        }
    }

    /// What a new process does with what an earlier one left: all of it, to its end.
    func goOn(profile: PreparedProfile? = nil) async throws {
        let dispatcher = dispatcher(profile: try profile ?? Samples.profile())
        try await run(dispatcher, until: { try await isOver }, then: { await dispatcher.drain(.finish) })
    }

    /// Runs a dispatcher until what is stored is as `condition` says, and then to the end that `end` has it come to.
    func run(
        _ dispatcher: Dispatcher, until condition: () async throws -> Bool, then end: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await dispatcher.run() }
            let changed = Signal()
            let watching = store.watchAll { changed.send() }
            while try await !condition() { try await changed.wait() }
            watching.end()
            try await end()
            try await group.waitForAll()
        }
    }

    private var isOver: Bool {
        get async throws {
            var open = JobFilter()
            open.states = Set(JobState.allCases.filter { !$0.isTerminal })
            guard try await store.jobs(open, limit: 1, before: nil).jobs.isEmpty else { return false }
            return try await store.real.liveAttempts().isEmpty
        }
    }

    /// Jobs that have not ended.
    var openJobs: [JobSummary] {
        get async throws {
            try await store.jobs(JobFilter(), limit: 1000, before: nil).jobs.filter { !$0.state.isTerminal }
        }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
