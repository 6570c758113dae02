package import Model

/// A job, an approval, a fan-out or the root of a graph, as it is shown: times in RFC 3339, durations in milliseconds, sizes in bytes.
package struct JobView: Sendable, Hashable, Codable {
    package var id: String
    package var kind: String
    package var name: String?
    package var root: String
    package var parent: String?
    package var state: String
    package var reason: String?
    package var message: String?
    package var project: String
    package var queue: String
    package var priority: Int
    package var concurrency: Placement.Concurrency?
    package var effect: String
    package var createdAt: String
    /// It does not begin before this time.
    package var notBefore: String?
    /// When it could first have begun: its queue clock and its total clock count from here.
    package var readyAt: String?
    package var startedAt: String?
    package var finishedAt: String?
    package var attemptCount: Int
    /// Those whose tool ran to its end.
    package var toolAttempts: Int
    /// Needs that are not settled; of a graph or a fan-out, children that have not ended.
    package var openNeeds: Int
    package var question: String?
    package var each: NodeSpec.FanOut?
    package var hold: FlagView?
    package var cancelRequest: FlagView?
    package var attention: FlagView?
    package var retryOf: String?
    package var forkOf: String?
    package var generation: Int
    package var specDigest: String?

    // Of what runs something.
    package var image: String?
    package var command: [String]?
    package var imageID: String?
    /// Names only: a value may be a secret.
    package var environment: [String]?
    package var profile: String?

    // Only where it was asked for.
    package var attempts: [AttemptView]?
    package var events: [EventView]?
    package var spec: JobSpec?

    private enum CodingKeys: String, CodingKey {
        case id, kind, name, root, parent, state, reason, message, project, queue, priority, concurrency, effect
        case createdAt = "created_at"
        case notBefore = "not_before"
        case readyAt = "ready_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case attemptCount = "attempt_count"
        case toolAttempts = "tool_attempts"
        case openNeeds = "open_needs"
        case question, each, hold
        case cancelRequest = "cancel_request"
        case attention
        case retryOf = "retry_of"
        case forkOf = "fork_of"
        case generation
        case specDigest = "spec_digest"
        case image, command
        case imageID = "image_id"
        case environment, profile, attempts, events, spec
    }

    package init(id: String, kind: String, root: String, state: String, placement: Placement, createdAt: String) {
        (self.id, self.kind, self.root, self.state, self.createdAt) = (id, kind, root, state, createdAt)
        (project, queue, priority) = (placement.project, placement.queue, placement.priority)
        concurrency = placement.concurrency
        effect = Effect.pure.rawValue
        (attemptCount, toolAttempts, openNeeds, generation) = (0, 0, 0, 1)
    }
}

/// Something that somebody said of a job.
package struct FlagView: Sendable, Hashable, Codable {
    package var actor: String
    package var reason: String
    package var at: String

    private enum CodingKeys: String, CodingKey { case actor, reason, at }

    package init(actor: String, reason: String, at: String) { (self.actor, self.reason, self.at) = (actor, reason, at) }
}

/// The newest jobs first: `GET /jobs`.
package struct JobListView: Sendable, Hashable, Codable {
    package var jobs: [JobView]
    /// What to ask for the next page with, as `before`; `nil` if there is none.
    package var next: Int64?

    private enum CodingKeys: String, CodingKey { case jobs, next }

    package init(_ jobs: [JobView], next: Int64? = nil) { (self.jobs, self.next) = (jobs, next) }
}

/// All attempts of a job, in order: `GET /jobs/{id}/attempts`.
package struct AttemptListView: Sendable, Hashable, Codable {
    package var attempts: [AttemptView]

    private enum CodingKeys: String, CodingKey { case attempts }

    package init(_ attempts: [AttemptView]) { self.attempts = attempts }
}

/// All events of a job, in order: `GET /jobs/{id}/events`.
package struct EventListView: Sendable, Hashable, Codable {
    package var events: [EventView]

    private enum CodingKeys: String, CodingKey { case events }

    package init(_ events: [EventView]) { self.events = events }
}

/// One thing that happened to a job.
package struct EventView: Sendable, Hashable, Codable {
    /// Its place among all events of the data folder.
    package var ordinal: Int64
    /// From 1, without gaps, for each root.
    package var sequence: Int
    package var job: String
    package var at: String
    package var name: String
    package var attempt: Int?
    /// The state that the job has from here on, if it moved.
    package var state: String?
    /// Who did it, if a person did.
    package var actor: String?

    private enum CodingKeys: String, CodingKey { case ordinal, sequence, job, at, name, attempt, state, actor }

    package init(ordinal: Int64, sequence: Int, job: String, at: String, name: String, attempt: Int?) {
        (self.ordinal, self.sequence, self.job, self.at) = (ordinal, sequence, job, at)
        (self.name, self.attempt) = (name, attempt)
    }
}
