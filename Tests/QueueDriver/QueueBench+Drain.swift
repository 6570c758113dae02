import Logging
import Model
import Planner
import Ports
import SQLiteStore
import Scheduler
import Synchronization
import Waiting

extension QueueBench {
    private func intake(_ wake: @escaping @Sendable () -> Void = {}) -> Intake {
        Intake(
            store: store, blobs: NoBlobs(), engine: InstantEngine(), profile: { _, _ in Self.profile },
            capacity: capacity, ids: ids, wallClock: SystemCalendar(), wake: wake)
    }

    func submit(nodes: Int) async throws -> [String: Double] {
        let (graph, intake) = (Self.graph(nodes), intake())
        let seconds = try await Self.seconds { _ = try await intake.accept(graph, by: "") }
        return ["seconds": seconds, "nodes": Double(nodes), "peak_mib": Self.peakMemory]
    }

    /// A graph from its submission to the end of its last job: all that a daemon does, but for the engine.
    func drain(jobs: Int, slots: Int) async throws -> [String: Double] {
        var capacity = capacity
        (capacity.slots, capacity.startsAtOnce) = (slots, slots)
        let (spools, engine, profile) = (NoSpools(), InstantEngine(), Self.profile)
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let (calendar, clock) = (SystemCalendar(), ContinuousClock())
        let installation = store.installation
        let supervisor = JobSupervisor(
            store: store, spools: spools, blobs: NoBlobs(), engine: engine, installation: installation, ids: ids,
            wallClock: calendar, clock: clock, logger: logger, callName: { "call\($0)" })
        let reconciler = Reconciler(
            installation: installation, store: store, spools: spools, engine: engine, wallClock: calendar,
            logger: logger)
        let idle = Idleness()
        let dispatcher = Dispatcher(
            store: store, blobs: NoBlobs(), supervisor: supervisor, reconciler: reconciler,
            profile: { _, _ in profile }, liveInputs: NoInputs(), configuration: .init(capacity: capacity), ids: ids,
            clock: clock, wallClock: calendar, logger: logger, activity: idle)
        let graph = Self.graph(jobs)
        let submitted = try await Self.seconds { _ = try await intake().accept(graph, by: "") }
        let drained = try await Self.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await dispatcher.run() }
                var isOver = false
                while !isOver {
                    try await idle.untilIdle()
                    isOver = try await store.jobs(Self.open, limit: 1, before: nil).jobs.isEmpty
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        let states = try await store.jobs(Self.unsuccessful, limit: 1, before: nil).jobs.count
        return [
            "submit_seconds": submitted, "seconds": drained, "jobs": Double(jobs), "unsuccessful": Double(states),
            "transitions": Double(jobs * 5), "peak_mib": Self.peakMemory,
        ]
    }

    private static func filter(_ isWanted: (JobState) -> Bool) -> JobFilter {
        var filter = JobFilter()
        filter.states = Set(JobState.allCases.filter(isWanted))
        return filter
    }
    private static let open = filter { !$0.isTerminal }
    private static let unsuccessful = filter { $0.isTerminal && $0 != .succeeded }
}

/// Tells when the dispatcher has nothing in hand.
private final class Idleness: Activity {
    private let signal = Signal()
    func begin() -> Bool { true }
    func end() { signal.send() }
    func untilIdle() async throws(CancellationError) { try await signal.wait() }
}

private struct NoInputs: LiveInputs {
    struct Empty: InputSource {
        func next() async throws(StoreError) -> [UInt8]? { nil }
    }
    func input(for job: JobID) -> any InputSource { Empty() }
    func connect(_ source: any InputSource, to job: JobID) -> Bool { false }
    func end(_ job: JobID) {}
}
