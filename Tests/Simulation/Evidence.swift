package import Model
package import Planner
package import Ports

/// What a simulation has left to be judged by: what was asked for, the rows and events as they are stored, and what tools really did.
package struct Evidence: Sendable {
    /// One submission, and every id that was given for it.
    package struct Root: Sendable {
        package var submission: Submission
        package var receipts: [JobID]
        package init(submission: Submission, receipts: [JobID]) {
            (self.submission, self.receipts) = (submission, receipts)
        }
    }

    package var roots: [Root] = []
    /// Of each root, all its rows, itself among them.
    package var jobs: [JobID: [JobSummary]] = [:]
    /// Of each root, all its events in order.
    package var events: [JobID: [EventRecord]] = [:]
    /// All roots that are stored.
    package var storedRoots: Set<JobID> = []
    package var ledger = SideEffectLedger()
    /// Terminal states that somebody has seen on the way.
    package var seen: [JobID: JobState] = [:]
    package var containersLeft: [String] = []
    package var slots = Int.max
    package var queues: [QueueRow] = []
    /// What went wrong with the simulation itself, such as a task that does not end.
    package var faults: [String] = []

    package init() {}
}
