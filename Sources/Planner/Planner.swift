import Model

/// Decides what begins next, from bounded rows, in time that does not depend on the backlog.
///
/// - **Within a queue** priority is strict, then the older root, then the older job; a job that cannot begin now does not keep those behind
///   it from beginning. A priority says nothing to another queue, not even of the same project.
/// - **Among queues** of all projects turns go round by weight (``Turns``), over all plans of this value: it has to live as long as its user.
/// - **Limits**: of a queue, of a key (the smallest among those who hold it and the one who asks), slots, sandboxes being made at once,
///   processor (overcommitted by the capacity) and memory (never), each sandbox with its overhead.
/// - **Lending**: who lends its slot is counted with its memory and key alone. When it goes on before its child has ended, slots,
///   processor and queue limit may be exceeded, by as many as lend at that moment and no more; memory never is.
/// - **Nobody starves** but behind higher priorities of its own queue: see ``Turns`` and ``Reservation``.
///
/// What is planned has not begun: the store refuses what has changed since the rows were read. The same rows give the same plan to
/// planners with the same past.
package struct Planner: Sendable {
    private var turns = Turns()
    private var reservation = Reservation()

    package init() {}

    /// - Parameters:
    ///   - rows: of ``PlanRows/ready``, the first ``PlanRows/readyInAll`` are looked at.
    ///   - isDraining: nothing begins then, and for an engine that is down neither.
    package mutating func plan(
        _ rows: PlanRows, capacity: PlanCapacity, isDraining: Bool, engineIsUp: Bool
    ) -> Plan {
        var round = PlanRound(rows, capacity: capacity)
        guard !isDraining, engineIsUp else {
            round.waitForAll(isDraining ? .draining : .engineDown)
            return round.plan
        }
        round.startReserved(&reservation, &turns)
        round.startInTurn(&reservation, &turns)
        turns.endPlan(present: round.presentQueues)
        reservation.endPlan(passes: round.passes, present: round.presentJobs)
        round.plan.reservation = reservation.row?.job
        return round.plan
    }
}
