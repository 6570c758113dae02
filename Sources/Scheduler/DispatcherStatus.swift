package import Model
package import Planner

/// What a dispatcher says of itself.
package struct DispatcherStatus: Sendable, Hashable {
    package enum Engine: Sendable, Hashable {
        /// Nobody has looked yet.
        case unknown
        case up
        /// Since when, and what was said at the last try.
        case down(since: WallTime, code: ErrorCode, message: String)
    }

    package var engine = Engine.unknown
    package var isDraining = false
    /// Jobs that are in hand.
    package var running = 0
    package var capacity: PlanCapacity
    /// Why those of the last plan that did not begin did not.
    package var waits: [JobID: WaitReason] = [:]
    /// Plans in a row that came to nothing because of the store.
    package var failedPlans = 0
    /// Sandboxes that are over and not known to be gone: each still takes the room of its job.
    package var left: [LiveRow] = []
    /// Rounds of reconciliation, and how many of them failed.
    package var rounds = 0
    package var failedRounds = 0

    package init(capacity: PlanCapacity) { self.capacity = capacity }
}
