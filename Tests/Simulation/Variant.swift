import CellWire
import Model
import Planner
import Ports

/// A bug that other systems had, planted as a layer around the store: the checks must see it.
package enum Variant: String, Sendable, CaseIterable {
    /// No bug.
    case none
    /// Hatchet 4494: an item is taken off the queue before its assignment is confirmed; if that fails, it is lost.
    case itemDroppedBeforeLease
    /// Kestra 13211: a job that is being killed frees its place at once, while its tool still runs.
    case killFreesPlace
    /// Argo 16294: a version of the rows from before is worked from without a fence, and a step that has ended runs again.
    case staleRowsReplayed
    /// Parents that wait for their children keep their slots, until there is none left for a child.
    case parentsKeepSlots
}

/// What a planted bug remembers, over the deaths of daemons.
// Safe because: used by the one thread that runs the simulation's executor.
final class VariantMemory: @unchecked Sendable {
    let variant: Variant
    private var dropped: Set<JobID> = []
    private var freed: Set<JobID> = []
    private var old: PlanRows?
    private var count = 0

    init(_ variant: Variant) { self.variant = variant }

    /// The rows as the bug sees them.
    func seen(_ rows: PlanRows) -> PlanRows {
        var rows = rows
        switch variant {
        case .itemDroppedBeforeLease: rows.ready.removeAll { dropped.contains($0.job) }
        case .killFreesPlace:
            rows.live = rows.live.map { row in
                guard freed.contains(row.job) else { return row }
                return LiveRow(
                    job: row.job, queue: row.queue, milliCPUs: 0, memory: ByteCount(bytes: 0), isStarting: false,
                    lendsSlot: true)
            }
        case .staleRowsReplayed:
            count += 1
            if count.isMultiple(of: 3), let old { rows.ready = old.ready }
            if count.isMultiple(of: 5) || old == nil { old = rows }
        case .none, .parentsKeepSlots: break
        }
        return rows
    }

    func willLease(_ job: JobID) { dropped.insert(job) }
    func didLease(_ job: JobID) { dropped.remove(job) }
    func didCancel(_ jobs: [JobID]) { freed.formUnion(jobs) }
    /// Whether what the store's fence says is passed over.
    var hasNoFence: Bool { variant == .staleRowsReplayed }
    var lends: Bool { variant != .parentsKeepSlots }
}
