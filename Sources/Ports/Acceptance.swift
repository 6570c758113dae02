package import Model

/// A submission that has been checked, with its images pinned and its inputs kept: what is written in one transaction.
package struct Acceptance: Sendable, Hashable {
    package var submission: Submission
    /// Of the root, if the submission is a graph, and then of each node in order.
    package var ids: [JobID]
    package var at: WallTime
    package var actor: String
    /// The job that adds these as its children; they stand under its root then.
    package var parent: JobID?
    /// For each node that is made again from another job, by its index.
    package var lineage: [Int: JobSummary.Lineage] = [:]
    package var generation = 1

    package init(_ submission: Submission, ids: [JobID], at: WallTime, actor: String) {
        (self.submission, self.ids, self.at, self.actor) = (submission, ids, at, actor)
    }

    /// One job alone.
    package init(_ spec: JobSpec, id: JobID, at: WallTime, actor: String = "", placement: Placement = Placement()) {
        self.init(Submission(spec, placement: placement), ids: [id], at: at, actor: actor)
    }

    package var root: JobID { ids[0] }
}

/// What became of a submission.
package struct SubmissionReceipt: Sendable, Hashable {
    package let root: JobID
    /// False if the same was accepted before under its idempotency key: ``root`` is of then.
    package let isNew: Bool
    package init(root: JobID, isNew: Bool) { (self.root, self.isNew) = (root, isNew) }
}

/// That jobs are to end.
package struct CancelOrder: Sendable, Hashable {
    /// Whether everything that stands under the job is meant, too; of a graph's root, always.
    package var isTree: Bool
    package var actor: String
    package var reason: String
    package var at: WallTime
    /// Between TERM and KILL; `nil`: as the job's limits say.
    package var grace: Duration?

    package init(isTree: Bool = true, actor: String, reason: String = "", at: WallTime, grace: Duration? = nil) {
        (self.isTree, self.actor, self.reason, self.at, self.grace) = (isTree, actor, reason, at, grace)
    }
}

/// What a cancel came to, in one transaction.
package struct CancelReceipt: Sendable, Hashable {
    /// Jobs that had no sandbox: they are `cancelled` now.
    package var ended: Int
    /// Jobs that have one: whoever supervises them has to end them.
    package var live: [JobID]
    package init(ended: Int, live: [JobID]) { (self.ended, self.live) = (ended, live) }
}

/// What time has brought about.
package struct WakeUp: Sendable, Hashable {
    /// Jobs that were moved: `retrying` or `pending` to `ready`, or to `timed_out` by their queue clock or total clock.
    package var moved: Int
    /// When there is something to do next; `nil` if nothing waits for a time.
    package var next: WallTime?
    package init(moved: Int, next: WallTime?) { (self.moved, self.next) = (moved, next) }
}

/// A fan-out that is ready: its list has to be read.
package struct Expansion: Sendable, Hashable {
    package let job: JobID
    package let each: NodeSpec.FanOut
    /// The result of the node that gives the list; `nil` if it left none.
    package let result: BlobReference?
    package init(job: JobID, each: NodeSpec.FanOut, result: BlobReference?) {
        (self.job, self.each, self.result) = (job, each, result)
    }
}
