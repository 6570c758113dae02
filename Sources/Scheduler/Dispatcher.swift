package import Logging
import Model
package import Planner
package import Ports
import Waiting

/// Begins the jobs whose turn it is, goes on with those that an earlier process left, and sees to it that time and the engine's own
/// doings are noticed.
///
/// Everything that counts is in the store: what this actor remembers is only which jobs it has in hand. It sleeps until it is woken
/// by a commit, by the time of something that is due, or by a sweep.
package actor Dispatcher {
    /// What is set from outside.
    package struct Configuration: Sendable {
        package var capacity: PlanCapacity
        /// Between two looks at the engine when nothing seems wrong.
        package var reapInterval: Duration
        /// Between two looks at the rows when nothing has woken it: a safety net.
        package var sweep: Duration

        package init(
            capacity: PlanCapacity, reapInterval: Duration = .seconds(30), sweep: Duration = .seconds(30)
        ) {
            (self.capacity, self.reapInterval, self.sweep) = (capacity, reapInterval, sweep)
        }
    }

    /// One job in hand.
    struct InHand {
        /// How it was planned; `nil` of one that was adopted, which has its row among the live ones.
        let row: ReadyRow?
        var control: JobControl?
        var attempt: AttemptID?
        /// What a cancel said before there was a control.
        var isCancelled = false
    }

    /// What is to be carried out by a task of its own.
    enum Work: Sendable {
        case begin(ReadyRow)
        case adopt(AttemptRecord)

        var job: JobID {
            switch self {
            case .begin(let row): row.job
            case .adopt(let attempt): attempt.id.job
            }
        }
    }

    let store: any JobStore & JobReader & BlobReader
    let blobs: any BlobStore
    let supervisor: JobSupervisor
    let reconciler: Reconciler
    let profile: ProfileSource
    let liveInputs: any LiveInputs
    let configuration: Configuration
    let ids: any IDSource
    let clock: any Clock<Duration>
    let wallClock: any WallClock
    let logger: Logger
    /// Told whether there are jobs that need a daemon.
    let activity: (any Activity)?
    let startedAt: WallTime

    var planner = Planner()
    var inHand: [JobID: InHand] = [:]
    /// Jobs that could not be begun or gone on with, how often in a row, and until when they are left alone.
    var refused: [JobID: (count: Int, until: WallTime)] = [:]
    package internal(set) var status: DispatcherStatus
    var isEnding = false
    /// The carriers of cells that the last look at the engine has seen; `nil` before the first.
    var carriers: Set<String>?
    /// Attempts whose sandboxes stay, and in which the last look at the engine saw nothing run.
    var stopped: Set<AttemptID> = []
    /// Attempts whose sandboxes were left, and for which the engine was looked at since.
    private var lookedFor: Set<AttemptID> = []
    private var work: [Work] = []
    private let wakeUps = Signal()
    let looks = Signal()
    let quiet = Signal()
    /// Whether somebody looks after the engine.
    var isLooking = false
    /// Those who wait for the next look at the engine that has not begun yet.
    var reaps: [CheckedContinuation<Reconciler.Findings, any Error>] = []
    /// For each job, those who wait for it to be let go.
    var releases: [JobID: [Signal]] = [:]

    /// - Parameter profile: the profile of a name, as it is today.
    package init(
        store: any JobStore & JobReader & BlobReader, blobs: any BlobStore, supervisor: JobSupervisor,
        reconciler: Reconciler, profile: @escaping ProfileSource,
        liveInputs: any LiveInputs, configuration: Configuration, ids: any IDSource, clock: any Clock<Duration>,
        wallClock: any WallClock, logger: Logger, activity: (any Activity)? = nil
    ) {
        self.activity = activity
        (self.store, self.blobs, self.supervisor, self.reconciler) = (store, blobs, supervisor, reconciler)
        (self.profile, self.liveInputs, self.configuration) = (profile, liveInputs, configuration)
        (self.ids, self.clock, self.wallClock, self.logger) = (ids, clock, wallClock, logger)
        startedAt = wallClock.now()
        status = DispatcherStatus(capacity: configuration.capacity)
    }

    // MARK: Running

    /// Works until this task is cancelled or ``drain(_:within:)`` has come to its end; sandboxes that still work then are left as they are.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.lookAfterEngine() }
            while !isEnding, !Task.isCancelled {
                let next = await round()
                for work in takeWork() { group.addTask { await self.carryOut(work) } }
                tellActivity(isBusy: !inHand.isEmpty || next.hasMore)
                guard !isEnding, work.isEmpty else { continue }
                // ignored: a cancelled wait ends the loop
                _ = await within(next.wait, clock) { [wakeUps] in try? await wakeUps.wait() }
            }
            group.cancelAll()
        }
        tellActivity(isBusy: false)
    }

    /// Whether ``activity`` was told of something that goes on.
    private var isBusy = false

    private func tellActivity(isBusy now: Bool) {
        guard now != isBusy, let activity else { return }
        if now { isBusy = activity.begin() } else { activity.end(); isBusy = false }
    }

    /// What a round has left.
    private struct Next {
        /// How long there is nothing to do, if nobody wakes us.
        let wait: Duration
        /// Whether there are jobs that will need us then.
        let hasMore: Bool
    }

    /// Has the rows looked at: something was committed that may let a job begin.
    package nonisolated func wake() { wakeUps.send() }

    /// Has the engine looked at now.
    package nonisolated func look() { looks.send() }

    private func takeWork() -> [Work] {
        defer { work = [] }
        return work
    }

    private func round() async -> Next {
        do {
            // One question for all of it: each has to wait until a transaction of others is written.
            var rows = try await store.planRows()
            if let due = rows.nextDue, due <= wallClock.now() {
                _ = try await store.wake(at: wallClock.now())
                rows = try await store.planRows()
            }
            if status.engine == .up {
                if rows.hasFanOuts {
                    try await expandFanOuts()
                    rows = try await store.planRows()
                }
                plan(rows)
            }
            status.failedPlans = 0
            // What is in hand again is not waited for, and what has waited long enough is the next plan's: else this would turn round and round.
            let now = wallClock.now()
            let pauses = refused.filter { inHand[$0.key] == nil && $0.value.until > now }.map(\.value.until)
            guard let next = [rows.nextDue, pauses.min()].compactMap(\.self).min() else {
                return Next(wait: configuration.sweep, hasMore: !status.waits.isEmpty)
            }
            let wait = max(.milliseconds(1), wallClock.now().duration(to: next))
            return Next(wait: min(configuration.sweep, wait), hasMore: true)
        } catch {
            status.failedPlans += 1
            logger.error("the rows cannot be planned with", metadata: ["error.code": "\(error.code.rawValue)"])
            return Next(wait: Self.patience(after: status.failedPlans), hasMore: true)
        }
    }

    /// 1 s, doubled with each failure up to 30 s.
    static func patience(after failures: Int) -> Duration {
        min(.seconds(30), .seconds(1 << min(max(failures - 1, 0), 5)))
    }

    private func plan(_ all: PlanRows) {
        guard !status.isDraining else { return }
        var rows = all
        // What stands still takes no room.
        rows.live.removeAll { $0.leftBy.map(stopped.contains) ?? false }
        noteLeft(rows.live.filter { $0.leftBy != nil })
        let now = wallClock.now()
        refused = refused.filter { $0.value.until > now || inHand[$0.key] != nil }
        rows.ready.removeAll { inHand[$0.job] != nil }
        let patient = Set(rows.ready.map(\.job).filter { refused[$0].map { $0.until > now } ?? false })
        rows.ready.removeAll { patient.contains($0.job) }
        // Between a plan and its lease a job is still ready: it has its slot already.
        let atWork = Set(rows.live.filter { $0.leftBy == nil }.map(\.job))
        for hand in inHand.values {
            guard let row = hand.row, !atWork.contains(row.job),
                !status.left.contains(where: { $0.leftBy == hand.attempt })
            else { continue }
            rows.live.append(
                LiveRow(
                    job: row.job, queue: row.queue, key: row.concurrency?.key,
                    keyLimit: row.concurrency?.limit, milliCPUs: row.milliCPUs,
                    memory: row.memory, isStarting: true))
        }
        let plan = planner.plan(
            rows, capacity: configuration.capacity, isDraining: status.isDraining, engineIsUp: status.engine == .up)
        status.waits = plan.waits.merging(patient.map { ($0, .backOff) }) { planned, _ in planned }
        for row in plan.starts { take(.begin(row), InHand(row: row)) }
    }

    /// Has the engine looked at for each sandbox that was left by somebody who is done with it, once; what that cannot remove, later
    /// looks find.
    private func noteLeft(_ rows: [LiveRow]) {
        status.left = rows
        let left = Set(rows.compactMap(\.leftBy).filter { inHand[$0.job]?.attempt != $0 })
        if !left.isSubset(of: lookedFor) { look() }
        lookedFor = left
    }

    func take(_ next: Work, _ hand: InHand) {
        inHand[next.job] = hand
        work.append(next)
        status.running = inHand.count
    }
}
