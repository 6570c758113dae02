import Hardening
import Logging
import Model
import Planner
import Ports
import Scheduler

/// One daemon, from its start to its death: the real parts, on the simulated engine and the real store.
// Safe because: used by the one thread that runs the simulation's executor.
final class SimulatedDaemon: @unchecked Sendable {
    let life: DaemonLife
    let dispatcher: Dispatcher
    let desk: Desk
    let intake: Intake
    let store: AnyStore
    /// The real store, to be looked at from outside.
    var inner: AnyStore? { life.store }
    private let world: SimulationWorld
    private let work: Task<Void, Never>
    // Safe because: used by the one thread that runs the simulation's executor.
    private var hasEnded = false

    init(
        _ world: SimulationWorld, store inner: AnyStore, installation: InstallationID, capacity: PlanCapacity,
        variant: VariantMemory
    ) {
        let life = DaemonLife(store: inner)
        let store: AnyStore = SimulatedStore(world: world, life: life, variant: variant)
        let engine: any SandboxEngine = SimulatedEngine(world: world, life: life)
        let spools = SimulatedSpools(inner: world.spools, life: life)
        let profile = Self.profile
        let supervisor = JobSupervisor(
            store: store, spools: spools, blobs: world.blobs, engine: engine, installation: installation,
            ids: world.ids,
            wallClock: world.calendar, clock: world.clock, logger: Self.logger, callName: { "call\($0)" })
        let reconciler = Reconciler(
            installation: installation, store: store, spools: spools, engine: engine, wallClock: world.calendar,
            logger: Self.logger)
        let dispatcher = Dispatcher(
            store: store, blobs: world.blobs, supervisor: supervisor, reconciler: reconciler,
            profile: { _, _ in profile },
            liveInputs: NoInputs(), configuration: .init(capacity: capacity, sweep: Self.never), ids: world.ids,
            clock: world.clock, wallClock: world.calendar, logger: Self.logger)
        intake = Intake(
            store: store, blobs: world.blobs, engine: engine, profile: { _, _ in profile }, capacity: capacity,
            ids: world.ids,
            wallClock: world.calendar, wake: { dispatcher.wake() })
        desk = Desk(store: store, intake: intake, dispatcher: dispatcher, ids: world.ids, wallClock: world.calendar)
        (self.world, self.dispatcher, self.store, self.life) = (world, dispatcher, store, life)
        let end = EndMark()
        self.end = end
        work = Task(executorPreference: world.executor) {
            await dispatcher.run()
            end.isSet = true
        }
    }

    private let end: EndMark
    /// The safety net is not there: who forgets to wake the dispatcher is seen.
    private static let never = Duration.seconds(10 * 365 * 86_400)

    /// It is gone from one moment to the next: from here on nothing that it does has an effect.
    ///
    /// - Returns: false if its tasks do not come to an end though they are cancelled.
    func kill() -> Bool {
        life.end()
        work.cancel()
        for _ in 0..<100_000 where !end.isSet {
            guard world.executor.step() else { break }
        }
        // What people asked for has to come to its end, too.
        for _ in 0..<100_000 { guard world.executor.step() else { break } }
        return end.isSet
    }

    private static let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

    static let profile: PreparedProfile = {
        guard let profile = try? ProfileSet.builtIn.profile(named: "shell") else {  // ignored: told right here
            fatalError("the built-in profile shell cannot be read")
        }
        return PreparedProfile(profile: profile, digest: "sha256:p", filter: [6, 0, 0, 0, 0, 0, 0, 0])
    }()
}

/// Set once, and looked at by the same thread.
// Safe because: used by the one thread that runs the simulation's executor.
private final class EndMark: @unchecked Sendable {
    var isSet = false
}

/// Nobody passes anything on.
private struct NoInputs: LiveInputs {
    struct Empty: InputSource {
        func next() async throws(StoreError) -> [UInt8]? { nil }
    }
    func input(for job: JobID) -> any InputSource { Empty() }
    func connect(_ source: any InputSource, to job: JobID) -> Bool { false }
    func end(_ job: JobID) {}
}

/// The files of attempts as one daemon reaches them.
private struct SimulatedSpools: Spools {
    let inner: any Spools
    let life: DaemonLife

    private func check() throws(StoreError) {
        guard life.isAlive else { throw .unavailable(path: "simulated", reason: "the daemon is dead") }
    }
    func open(_ attempt: AttemptID, _ stream: SpoolStream) async throws(StoreError) -> any Spool {
        try check()
        return try await inner.open(attempt, stream)
    }
    func remove(_ attempt: AttemptID) async throws(StoreError) {
        try check()
        try await inner.remove(attempt)
    }
}
