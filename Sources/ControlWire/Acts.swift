package import Model

// What is asked for by the POST requests on jobs and queues, and what is answered.

/// `POST /jobs`: the body is a ``Submission`` whose inputs were uploaded before.
package struct SubmissionView: Sendable, Hashable, Codable {
    /// Of the single job, or of the graph's root.
    package var id: String
    /// False if the same was accepted before under its idempotency key.
    package var isNew: Bool

    private enum CodingKeys: String, CodingKey {
        case id
        case isNew = "is_new"
    }

    package init(id: String, isNew: Bool) { (self.id, self.isNew) = (id, isNew) }
}

/// `POST /jobs/{id}/cancel`.
package struct CancelAsk: Sendable, Hashable, Codable {
    /// Whether everything under the job is meant, too; without it, of a graph's root alone.
    package var isTree: Bool?
    package var reason: String?
    /// Between TERM and KILL, and 0 kills at once; none: as each job's limits say.
    package var graceMilliseconds: Int64?

    private enum CodingKeys: String, CodingKey {
        case isTree = "is_tree"
        case reason
        case graceMilliseconds = "grace_ms"
    }

    package init(isTree: Bool? = nil, reason: String? = nil, graceMilliseconds: Int64? = nil) {
        (self.isTree, self.reason, self.graceMilliseconds) = (isTree, reason, graceMilliseconds)
    }
}

package struct CancelView: Sendable, Hashable, Codable {
    /// Jobs that had no sandbox: they are cancelled.
    package var ended: Int
    /// Jobs that have one: they are being ended.
    package var stopping: [String]

    private enum CodingKeys: String, CodingKey { case ended, stopping }

    package init(ended: Int, stopping: [String]) { (self.ended, self.stopping) = (ended, stopping) }
}

/// `POST /jobs/{id}/hold`, `approve`, `reject`: why.
package struct ReasonAsk: Sendable, Hashable, Codable {
    package var reason: String?

    private enum CodingKeys: String, CodingKey { case reason }

    package init(reason: String? = nil) { self.reason = reason }
}

/// `POST /jobs/{id}/priority`.
package struct PriorityAsk: Sendable, Hashable, Codable {
    package var priority: Int

    private enum CodingKeys: String, CodingKey { case priority }

    package init(priority: Int) { self.priority = priority }
}

/// `POST /jobs/{id}/fork`: what the new job has other than this one.
package struct ForkAsk: Sendable, Hashable, Codable {
    package var command: [String]?
    package var environment: [String: String]?
    package var limits: [String: String]?
    package var placement: Placement?

    private enum CodingKeys: String, CodingKey { case command, environment, limits, placement }

    package init(
        command: [String]? = nil, environment: [String: String]? = nil, limits: [String: String]? = nil,
        placement: Placement? = nil
    ) {
        (self.command, self.environment, self.limits, self.placement) = (command, environment, limits, placement)
    }
}

/// The job that an act has made, or was about.
package struct JobIDView: Sendable, Hashable, Codable {
    package var id: String

    private enum CodingKeys: String, CodingKey { case id }

    package init(id: String) { self.id = id }
}

/// `POST /queues/{project}/{queue}`: what is not there stays as it is.
package struct QueueAsk: Sendable, Hashable, Codable {
    package var isPaused: Bool?
    package var weight: Int?
    /// 0: no limit of its own.
    package var limit: Int?

    private enum CodingKeys: String, CodingKey {
        case isPaused = "is_paused"
        case weight, limit
    }

    package init(isPaused: Bool? = nil, weight: Int? = nil, limit: Int? = nil) {
        (self.isPaused, self.weight, self.limit) = (isPaused, weight, limit)
    }
}
