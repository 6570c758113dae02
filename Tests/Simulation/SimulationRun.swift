import Foundation
package import Model
import Planner
package import Ports
import Scheduler
import TestSupport

/// One simulation: a seed decides about graphs, faults, deaths, what people do and the order of everything.
package final class SimulationRun {
    package struct Options: Sendable {
        package var seed: UInt64
        package var variant = Variant.none
        /// Decisions that are taken before everything is healed.
        package var moves = 120
        package var submissions = 3
        package var mostNodes = 8
        /// Whether the report tells everything that was decided.
        package var keepsDigest = false
        /// Whether the bug is one of places that are not free: with many of them it shows seldom.
        var needsOneSlot: Bool { variant == .parentsKeepSlots || variant == .killFreesPlace }
        /// Whether there are jobs that have work done by jobs of their own.
        package var hasParents: Bool { seed.isMultiple(of: 4) || variant == .parentsKeepSlots }
        package init(seed: UInt64, variant: Variant = .none) { (self.seed, self.variant) = (seed, variant) }
    }

    package struct Report: Sendable {
        package let seed: UInt64
        package var violations: [String]
        package var steps = 0
        package var jobs = 0
        package var toolRuns = 0
        package var deaths = 0
        /// Everything that was decided and that came of it, to compare two runs by, if that was asked for.
        package var digest = ""
    }

    private let options: Options
    private let open: (SimulationEnvironment) throws -> (store: AnyStore, installation: InstallationID)
    private let world: SimulationWorld
    private var generator: SeededGenerator
    private var graphs: GraphGenerator
    private var daemon: SimulatedDaemon?
    private var evidence = Evidence()
    private var pending: [Pending] = []
    private var deaths = 0
    /// The world's writes when it was last checked that nothing stands still.
    private var checkedWrites = -1
    private let capacity: PlanCapacity
    private let variant: VariantMemory
    /// The store of the daemon before, if it is not opened anew.
    private var kept: (store: AnyStore, installation: InstallationID)?

    /// A submission and what became of handing it in; it is handed in until there is a receipt, and sometimes once more.
    private final class Pending: @unchecked Sendable {
        // Safe because: used by the one thread that runs the simulation's executor.
        let submission: Submission
        var receipts: [JobID] = []
        var isUnderWay = false
        init(_ submission: Submission) { self.submission = submission }
    }

    package init(
        _ options: Options,
        open:
            @escaping (SimulationEnvironment) throws -> (
                store: any JobStore & JobReader & BlobReader, installation: InstallationID
            )
    ) {
        (self.options, self.open) = (options, open)
        world = SimulationWorld(seed: options.seed)
        variant = VariantMemory(options.variant)
        generator = SeededGenerator(seed: options.seed ^ 0x5151)
        graphs = GraphGenerator(seed: options.seed ^ 0xABCD, mostNodes: options.mostNodes)
        capacity = PlanCapacity(
            slots: options.needsOneSlot ? 1 : Int.random(in: 1...4, using: &generator), milliCPUs: 3000,
            memory: .mebibytes(700),
            startsAtOnce: Int.random(in: 1...3, using: &generator))
    }

    private func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    // MARK: The run

    /// - Throws: what `open` throws.
    package func run() throws -> Report {
        pending = (0..<options.submissions).map { _ in Pending(graphs.next()) }
        if options.hasParents { pending += graphs.parents().map(Pending.init) }
        let faults = options.variant == .itemDroppedBeforeLease ? 60 : pick(0...2) * 15
        try start()
        setQueues()
        // Not before: a limit that could not be set would be nobody's to keep.
        world.faultsPerThousand = faults
        // A place that is freed too early is only seen where others wait for it.
        if options.variant == .killFreesPlace { for submission in pending { handIn(submission) } }
        for _ in 0..<options.moves { try move() }
        try heal()
        try drain()
        try collect()
        var report = Report(seed: options.seed, violations: ReferenceModel.violations(of: evidence))
        report.jobs = evidence.jobs.values.reduce(0) { $0 + $1.count }
        report.toolRuns = evidence.ledger.runs.count
        report.deaths = deaths
        if options.keepsDigest { report.digest = digest }
        daemon = nil
        return report
    }

    private func start() throws {
        // What is committed is the same whether the file is opened anew or not; doing so takes long, so that it is done now and then.
        let (store, installation) =
            try kept ?? open(SimulationEnvironment(blobs: world.blobs, clock: world.calendar))
        kept = (store, installation)
        daemon = SimulatedDaemon(
            world, store: store, installation: installation, capacity: capacity, variant: variant)
    }

    private func kill() throws {
        guard let daemon else { return }
        if let store = daemon.inner {
            for row in try jobs(in: JobState.allCases.filter(\.isTerminal), store) where evidence.seen[row.id] == nil {
                evidence.seen[row.id] = row.state
            }
        }
        deaths += 1
        if !daemon.kill() { evidence.faults.append("a dead daemon's tasks do not come to an end") }
        self.daemon = nil
        if pick(1...10) == 1 { kept = nil }
        for submission in pending { submission.isUnderWay = false }
    }

    /// One decision.
    private func move() throws {
        switch pick(1...100) {
        case 1...40: world.executor.run(atMost: pick(1...25))
        case 41...62: try advance()
        case 63...70: if let submission = pending.randomElement(using: &generator) { handIn(submission) }
        case 71...74:
            try kill()
            if pick(1...2) == 1 { try advance() }
            try start()
        case 75...77: world.stopEngine(killsContainers: pick(1...2) == 1)
        case 78...82: world.startEngine()
        case 83...84: world.loseContainer()
        case 85: world.clock.jump(by: .seconds(pick(-300...300)))
        default: act(options.variant == .killFreesPlace ? 1 : pick(1...8))
        }
    }

    private func advance() throws {
        world.executor.run(atMost: 3000)
        try checkNothingStandsStill()
        _ = world.clock.advance()
        world.settleAll()
        for container in world.inOrder { serve(container) }
    }

    /// When everybody waits for time to pass, no job may be left that a plan from the rows as they are would begin.
    private func checkNothingStandsStill() throws {
        guard world.executor.isIdle, world.writes != checkedWrites, let daemon, let store = daemon.inner else { return }
        checkedWrites = world.writes
        let dispatcher = daemon.dispatcher
        let (status, inHand) = SimulationExecutor.now { (await dispatcher.status, await dispatcher.jobsInHand) }
        guard status.engine == .up, status.failedPlans == 0 else { return }
        let rows = try SimulationExecutor.now { () async throws(StoreError) in try await store.planRows() }
        // Of what is between its plan and its lease the rows say nothing.
        guard inHand.isDisjoint(with: rows.ready.map(\.job)) else { return }
        var planner = Planner()
        let plan = planner.plan(rows, capacity: capacity, isDraining: false, engineIsUp: true)
        for row in plan.starts where status.waits[row.job] != .backOff {
            evidence.faults.append("I14 nothing stands still: \(row.job) could begin at \(world.time)")
        }
    }

    /// What a broker does for a tool that has work done by a job of its own, and waits for it.
    private func serve(_ container: SimulatedContainer) {
        guard container.waitsForChild, !container.isBeingServed, let attempt = container.sighting.attempt, let daemon
        else { return }
        container.isBeingServed = true
        let (intake, submission, calendar, world) = (daemon.intake, graphs.child(of: attempt), world.calendar, world)
        let dispatcher = daemon.dispatcher
        ask { _, store in
            defer { container.isBeingServed = false }
            try await store.setLending(attempt.job, true, at: calendar.now())
            dispatcher.wake()
            let root = try await intake.accept(submission, by: "tool", under: attempt.job).root
            let children = try await store.tree(root, limit: 1000).filter { $0.parent == attempt.job }
            guard !children.isEmpty, children.allSatisfy(\.state.isTerminal) else { return }
            try await store.setLending(attempt.job, false, at: calendar.now())
            container.childHasEnded(at: world.time)
        }
    }

    // MARK: What people do

    /// Has something done by a task of its own; that it is refused is as good as that it is done.
    private func ask(_ body: @escaping @Sendable (Desk, AnyStore) async throws -> Void) {
        guard let daemon else { return }
        let (desk, store) = (daemon.desk, daemon.store)
        Task(executorPreference: world.executor) {
            try? await body(desk, store)  // ignored: see above
        }
    }

    private func handIn(_ pending: Pending) {
        guard !pending.isUnderWay, pending.receipts.count < 2 else { return }
        pending.isUnderWay = true
        ask { desk, _ in
            defer { pending.isUnderWay = false }
            pending.receipts.append(try await desk.submit(pending.submission, by: "ada").root)
        }
    }

    private func setQueues() {
        let queue = QueueID(queue: "night")
        let limit = pick(1...2)
        evidence.queues = [QueueRow(queue, weight: 2, limit: limit)]
        ask { desk, _ in _ = try await desk.setQueue(queue, QueueChange(weight: 2, limit: limit), by: "ada") }
        world.executor.run(atMost: 1000)
    }

    private func act(_ what: Int) {
        guard let root = pending.compactMap(\.receipts.first).randomElement(using: &generator) else { return }
        let (number, isTree) = (pick(0...100), pick(1...3) == 1)
        let queue = QueueID(project: GraphGenerator.projects[pick(0...1)], queue: GraphGenerator.queues[pick(0...1)])
        ask { desk, store in
            let rows = try await store.tree(root, limit: 1000)
            guard !rows.isEmpty else { return }
            // Half of the time, what is at work: to end that is more than to end what waits.
            let live = number < 50 || what == 1 ? rows.filter { $0.state == .running } : []
            let job = "\((live.isEmpty ? rows : live)[number % (live.isEmpty ? rows : live).count].id)"
            switch what {
            case 1: _ = try await desk.cancel(job, isTree: isTree, reason: "", grace: nil, by: "ada")
            case 2: try await desk.hold(job, reason: "", by: "ada")
            case 3: try await desk.release(job, by: "ada")
            case 4: try await desk.setPriority(job, number - 50, by: "ada")
            case 5: _ = try await desk.setQueue(queue, QueueChange(isPaused: true), by: "ada")
            case 6: _ = try await desk.setQueue(queue, QueueChange(isPaused: false), by: "ada")
            default:
                guard let approval = rows.first(where: { $0.kind == .approval && $0.state == .waiting }) else { return }
                try await desk.decide("\(approval.id)", isApproved: number < 70, reason: "", by: "ada")
            }
        }
    }

    // MARK: The end

    /// Ends all faults and everything that people keep back.
    private func heal() throws {
        world.faultsPerThousand = 0
        world.startEngine()
        if daemon == nil { try start() }
        for submission in pending {
            for _ in 0..<50 where submission.receipts.isEmpty {
                handIn(submission)
                try advance()
            }
        }
        // What people asked for before comes first: a pause that came last would keep its queue from everything for ever.
        world.executor.run(atMost: 100_000)
        for queue in GraphGenerator.queues {
            for project in GraphGenerator.projects {
                ask { desk, _ in
                    _ = try await desk.setQueue(
                        QueueID(project: project, queue: queue), QueueChange(isPaused: false), by: "ada")
                }
            }
        }
    }

    /// Times that the clock is moved without anything having changed, until it is believed that nothing will: much longer than any wait
    /// between attempts, or any step back of the calendar.
    private static let mostIdleRounds = 120

    /// Lets everything come to its end; approvals are decided, holds released.
    private func drain() throws {
        var (idle, last, seen) = (0, [JobSummary](), -1)
        while idle < Self.mostIdleRounds {
            try advance()
            world.executor.run(atMost: 20_000)
            guard let store = daemon?.inner else { continue }
            let open = world.writes == seen ? last : try jobs(in: JobState.allCases.filter { !$0.isTerminal }, store)
            seen = world.writes
            if open.isEmpty, world.containers.isEmpty { return }
            idle = open == last ? idle + 1 : 0
            last = open
            for row in open {
                if row.hold != nil { ask { desk, _ in try await desk.release("\(row.id)", by: "ada") } }
                guard row.kind == .approval, row.state == .waiting else { continue }
                ask { desk, _ in try await desk.decide("\(row.id)", isApproved: true, reason: "", by: "ada") }
            }
        }
    }

    private func jobs(in states: [JobState], _ store: AnyStore) throws -> [JobSummary] {
        var filter = JobFilter()
        filter.states = Set(states)
        let wanted = filter
        return try SimulationExecutor.now { () async throws(StoreError) in
            try await store.jobs(wanted, limit: 200, before: nil)
        }.jobs
    }

    private func collect() throws {
        guard let store = daemon?.inner else { return }
        try kill()
        deaths -= 1
        world.settleAll()
        evidence.roots = pending.map { Evidence.Root(submission: $0.submission, receipts: $0.receipts) }
        evidence.slots = capacity.slots
        evidence.ledger = world.ledger
        evidence.containersLeft = world.inOrder.map(\.sighting.name)
        var filter = JobFilter()
        filter.rootsOnly = true
        let wanted = filter
        let roots = try SimulationExecutor.now { () async throws(StoreError) in
            try await store.jobs(wanted, limit: 1000, before: nil)
        }.jobs.map(\.id)
        evidence.storedRoots = Set(roots)
        for root in roots {
            (evidence.jobs[root], evidence.events[root]) = try SimulationExecutor.now {
                () async throws(StoreError) in
                (try await store.tree(root, limit: 10_000), try await store.events(of: root))
            }
        }
    }

    private var digest: String {
        let events = evidence.events.keys.sorted { $0.description < $1.description }.flatMap { root in
            (evidence.events[root] ?? []).map {
                "\($0.job) \($0.name) \($0.state?.rawValue ?? "-") \($0.at.milliseconds)"
            }
        }
        let runs = evidence.ledger.runs.map { "\($0.attempt) \($0.start) \($0.end.map { "\($0)" } ?? "-")" }
        return (events + runs).joined(separator: "\n")
    }
}

/// What a store is opened with.
package struct SimulationEnvironment: Sendable {
    package let blobs: any BlobStore
    package let clock: any WallClock
}
