package import Model

// Planner: from the rows that count, decides which jobs begin now, and why the others do not. It must not do anything: no I/O, clock
// or randomness.

/// What the store gives to be planned with, and says of what has to be done before: bounded, whatever the backlog.
package struct PlanRows: Sendable, Hashable {
    /// Every job that has an attempt, or waits with its slot lent, and every sandbox that an attempt has left and that may still be there:
    /// what is in use is counted from these, never stored.
    package var live: [LiveRow]
    /// Of each (project, queue), the first ``readyPerQueue`` that may begin, in their order; ``readyInAll`` at most.
    ///
    /// Jobs that are held, and those whose key is full, are not among them.
    package var ready: [ReadyRow]
    /// Every queue that is not as queues are by default, or has ready jobs.
    package var queues: [QueueRow]
    /// From when on there is something to do because time has passed; `nil` if nothing waits for a time.
    package var nextDue: WallTime?
    /// Whether there are lists to be fanned out over.
    package var hasFanOuts = false

    package static let readyPerQueue = 64
    package static let readyInAll = 4096

    package init(live: [LiveRow] = [], ready: [ReadyRow] = [], queues: [QueueRow] = []) {
        (self.live, self.ready, self.queues) = (live, ready, queues)
    }
}

/// Names one queue of one project.
package struct QueueID: Sendable, Hashable, Comparable, Codable {
    package let project: String
    package let queue: String

    package init(project: String = Placement.defaultName, queue: String = Placement.defaultName) {
        (self.project, self.queue) = (project, queue)
    }

    package static func < (left: QueueID, right: QueueID) -> Bool {
        (left.project, left.queue) < (right.project, right.queue)
    }
}

/// One job that holds something, or one sandbox that still does though its attempt is over.
package struct LiveRow: Sendable, Hashable {
    package let job: JobID
    package let queue: QueueID
    /// Its concurrency key.
    package let key: String?
    /// How many may run at once by what this job says of its key; `nil`: as many as the others say.
    package let keyLimit: Int?
    package let milliCPUs: Int
    package let memory: ByteCount
    /// Whether its sandbox is still being made.
    package let isStarting: Bool
    /// Whether it waits for children of its own, to which its slot and its processor are lent; its memory stays counted.
    package let lendsSlot: Bool
    /// The attempt that is over and whose sandbox is not known to be gone; `nil` of a job that is at work.
    package let leftBy: AttemptID?

    package init(
        job: JobID, queue: QueueID, key: String? = nil, keyLimit: Int? = nil, milliCPUs: Int, memory: ByteCount,
        isStarting: Bool, lendsSlot: Bool = false, leftBy: AttemptID? = nil
    ) {
        (self.job, self.queue, self.key, self.keyLimit, self.milliCPUs) = (job, queue, key, keyLimit, milliCPUs)
        (self.memory, self.isStarting, self.lendsSlot, self.leftBy) = (memory, isStarting, lendsSlot, leftBy)
    }
}

/// One job that may begin.
package struct ReadyRow: Sendable, Hashable {
    package let job: JobID
    package let queue: QueueID
    /// Higher first; then the older root; then the older job.
    package let priority: Int
    package let root: Int64
    package let ordinal: Int64
    package let concurrency: Placement.Concurrency?
    package let milliCPUs: Int
    package let memory: ByteCount

    package init(
        job: JobID, queue: QueueID, priority: Int = 0, root: Int64, ordinal: Int64,
        concurrency: Placement.Concurrency? = nil, milliCPUs: Int, memory: ByteCount
    ) {
        (self.job, self.queue, self.priority, self.root, self.ordinal) = (job, queue, priority, root, ordinal)
        (self.concurrency, self.milliCPUs, self.memory) = (concurrency, milliCPUs, memory)
    }
}

/// How a queue is set.
package struct QueueRow: Sendable, Hashable {
    package let id: QueueID
    /// Turns it gets for one of a queue with weight 1: 1 to 1000.
    package var weight: Int
    /// Jobs of it that run at once, at most; `nil`: no limit of its own.
    package var limit: Int?
    package var isPaused: Bool

    package static let weights = 1...1000
    package static let limits = 1...100_000

    package init(_ id: QueueID, weight: Int = 1, limit: Int? = nil, isPaused: Bool = false) {
        (self.id, self.weight, self.limit, self.isPaused) = (id, weight, limit, isPaused)
    }
}

/// How a queue is set that nobody has set.
package struct QueueDefaults: Sendable, Hashable {
    package var weight: Int
    /// `nil`: no limit of its own.
    package var limit: Int?

    package init(weight: Int = 1, limit: Int? = nil) { (self.weight, self.limit) = (weight, limit) }
}
