import Model

/// Keeps large jobs from waiting for ever behind small ones, and jobs of a busy queue behind others with their key.
///
/// A job that lacks memory or processor is passed over: others begin that came after it; so is one whose key others take in their turns.
/// Once ``mostPassed`` have, it is next of all, whatever turns and weights say, and from then on
/// - nothing behind it in its queue begins, and nothing with its key;
/// - as long as only size keeps it back, what begins leaves its room alone: with all that began since then, it would fit. So it begins as
///   soon as those that ran before have ended, at the latest.
///
/// There is one such job at a time, the one that was passed over most often; the next one follows once it has begun.
struct Reservation {
    /// So many jobs may begin before one that came first and fitted the capacity.
    static let mostPassed = 32
    /// Jobs that are remembered as passed over though they are not among the ready rows any more, because their key is full say.
    static let mostKept = PlanRows.readyInAll

    private var passed: [JobID: Int] = [:]
    private(set) var row: ReadyRow?
    /// The jobs that ran when only size began to keep it back; `nil` while something else does.
    private var elders: Set<JobID>?
    /// The job itself and what began since, while room is held back.
    private var since: Room?

    /// Finds out for which job room has to be held back, at the begin of a plan.
    ///
    /// - Parameter rows: those that could begin if there were room for them.
    mutating func begin(_ rows: [ReadyRow]) {
        since = nil
        let overdue = rows.filter { passed[$0.job, default: 0] >= Self.mostPassed }
        if let row, let same = overdue.first(where: { $0.job == row.job }) {
            self.row = same
            return
        }
        elders = nil
        row = overdue.min {
            let (left, right) = (passed[$0.job, default: 0], passed[$1.job, default: 0])
            return (-left, $0.root, $0.ordinal) < (-right, $1.root, $1.ordinal)
        }
    }

    /// The job cannot begin in this plan, for this reason.
    mutating func wait(for reason: WaitReason, live: [LiveRow], capacity: PlanCapacity) {
        guard reason == .memory || reason == .cpu else {
            // Slots and starts come back soon and go to it first: its room stays as it is.
            if reason != .slots, reason != .starts { elders = nil }
            return
        }
        let ids = Set(live.map(\.job))
        let elders = self.elders?.intersection(ids) ?? ids
        self.elders = elders
        since = Room(capacity, live: live.filter { !elders.contains($0.job) })
        if let row { since?.add(row) }
    }

    /// The job begins.
    mutating func end() {
        if let row { passed[row.job] = nil }
        (row, elders, since) = (nil, nil, nil)
    }

    /// Whether another job has to leave the room alone that is held back.
    ///
    /// - Parameter isBehind: whether it comes after the job in the same queue.
    func forbids(_ other: ReadyRow, isBehind: Bool) -> Bool {
        guard let row else { return false }
        if isBehind { return true }
        if let key = row.concurrency?.key, key == other.concurrency?.key { return true }
        return since.map { $0.lackOfSize(for: other) != nil } ?? false
    }

    /// Another job begins.
    mutating func began(_ other: ReadyRow) {
        since?.add(other)
        passed[other.job] = nil
    }

    /// Counts who was passed over.
    ///
    /// - Parameter passes: jobs that lacked room, and how many began after they had been looked at.
    mutating func endPlan(passes: [(job: JobID, count: Int)], present: Set<JobID>) {
        for pass in passes where pass.count > 0 { passed[pass.job, default: 0] += pass.count }
        if passed.count > Self.mostKept + present.count { passed = passed.filter { present.contains($0.key) } }
    }
}
