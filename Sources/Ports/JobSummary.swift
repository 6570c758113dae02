package import Model
package import Planner

/// One row of the queue, without its spec: of a job, an approval, a fan-out or the root of a graph.
package struct JobSummary: Sendable, Hashable {
    package let id: JobID
    package var kind = JobKind.job
    /// Its name in its graph; of a root, the graph's.
    package var name: String?
    /// Of a single job, itself.
    package var root: JobID
    /// Where it stands in its graph, or which job added it; `nil` of a root.
    package var parent: JobID?
    package var state: JobState
    /// `sha256:…` of the spec's stored form; `nil` of what runs nothing.
    package var specDigest: String?
    /// The image by its name and the command, for lists; `nil` of what runs nothing.
    package var imageName: String?
    package var command: [String]?
    package var placement = Placement()
    package var effect = Effect.pure
    package let createdAt: WallTime
    /// It does not begin before this time: a delay that was asked for, or the wait before another attempt.
    package var notBefore: WallTime?
    /// When it could first have begun: its queue clock and its total clock count from here.
    package var readyAt: WallTime?
    /// When its last attempt was leased.
    package var startedAt: WallTime?
    /// Set exactly when the state is terminal.
    package var finishedAt: WallTime?
    /// Why it ended as it did: a stable word, such as `exit_status` or `profile_not_applied`.
    package var reason: String?
    /// The same as a sentence.
    package var message: String?
    /// Attempts so far, and those of them whose tool ran to its end: these count for its retry policy.
    package var attempts = 0
    package var toolAttempts = 0
    /// Needs that are not settled; of a graph or a fan-out, children that have not ended.
    package var openNeeds = 0
    /// What an approval asks.
    package var question: String?
    package var each: NodeSpec.FanOut?
    package var hold: Flag?
    package var cancelRequest: Flag?
    /// It needs a person: its retries are used up, or nobody knows what it did.
    package var attention: Flag?
    /// The job that this one was made again from, by `retry` or `fork`.
    package var lineage: Lineage?
    /// 1, and one more than that of the job it retries.
    package var generation = 1

    package init(id: JobID, root: JobID? = nil, state: JobState = .ready, createdAt: WallTime) {
        (self.id, self.root, self.state, self.createdAt) = (id, root ?? id, state, createdAt)
    }

    /// Something that somebody said of a job.
    package struct Flag: Sendable, Hashable, Codable {
        /// Who, as the control socket tells: a user's name.
        package let actor: String
        /// A word or a sentence; empty if none was given.
        package let reason: String
        package let at: WallTime
        package init(actor: String, reason: String = "", at: WallTime) {
            (self.actor, self.reason, self.at) = (actor, reason, at)
        }
    }

    package struct Lineage: Sendable, Hashable, Codable {
        package enum Kind: String, Sendable, Hashable, Codable { case retry, fork }
        package let kind: Kind
        package let of: JobID
        package init(_ kind: Kind, of job: JobID) { (self.kind, self.of) = (kind, job) }
    }
}

/// One need of a job, for people and for `explain`.
package struct NeedRecord: Sendable, Hashable {
    /// The job that has the need, and the one that it needs.
    package let child: JobID
    package let parent: JobID
    package let parentName: String?
    package let parentState: JobState
    package let on: Need.Outcome
    /// `nil` while the parent has not ended.
    package let isMet: Bool?
    package init(
        child: JobID, parent: JobID, parentName: String?, parentState: JobState, on: Need.Outcome, isMet: Bool?
    ) {
        (self.child, self.parent, self.parentName, self.parentState) = (child, parent, parentName, parentState)
        (self.on, self.isMet) = (on, isMet)
    }
}

/// Everything in the store that says why a job waits.
package struct WaitFacts: Sendable, Hashable {
    package var job: JobSummary
    /// Needs that are not settled, at most ``mostNeeds``.
    package var openNeeds: [NeedRecord] = []
    package var queue: QueueRow
    /// Jobs that hold a slot in its queue, with its key, and in all.
    package var liveInQueue = 0
    package var liveWithKey = 0
    package var live = 0
    /// Ready jobs that come before it in its queue.
    package var before = 0

    package static let mostNeeds = 100

    package init(job: JobSummary, queue: QueueRow) { (self.job, self.queue) = (job, queue) }
}

/// What a queue holds.
package struct QueueStatistics: Sendable, Hashable {
    package var queue: QueueRow
    /// Jobs by state, those that have ended left out.
    package var counts: [JobState: Int] = [:]
    /// When the job that has been ready for longest became so.
    package var oldestReady: WallTime?
    package var held = 0
    package init(_ queue: QueueRow) { self.queue = queue }
}

/// Which jobs are meant: the one grammar of `list`, `cancel` and `retry`.
package struct JobFilter: Sendable, Hashable {
    package var states: Set<JobState> = []
    package var kinds: Set<JobKind> = []
    package var project: String?
    package var queue: String?
    /// Only the nodes of this root.
    package var root: JobID?
    package var name: String?
    package var imageName: String?
    package var reason: String?
    package var createdSince: WallTime?
    package var createdBefore: WallTime?
    package var needsAttention: Bool?
    package var isHeld: Bool?
    /// Only roots: graphs and single jobs.
    package var rootsOnly = false

    package init() {}
}

/// One page of a list.
package struct JobPage: Sendable, Hashable {
    package var jobs: [JobSummary]
    /// Where the next page begins; `nil` if there is none.
    package var next: Int64?
    package init(jobs: [JobSummary], next: Int64?) { (self.jobs, self.next) = (jobs, next) }
}
