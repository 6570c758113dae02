package import Model

/// What a job needs of another one: `GET /jobs/{id}/needs`.
package struct NeedView: Sendable, Hashable, Codable {
    package var child: String
    package var parent: String
    package var parentName: String?
    package var parentState: String
    package var on: Need.Outcome
    /// None while the parent has not ended.
    package var isMet: Bool?

    private enum CodingKeys: String, CodingKey {
        case child, parent
        case parentName = "parent_name"
        case parentState = "parent_state"
        case on
        case isMet = "is_met"
    }

    package init(
        child: String, parent: String, parentName: String?, parentState: String, on: Need.Outcome, isMet: Bool?
    ) {
        (self.child, self.parent, self.parentName, self.parentState) = (child, parent, parentName, parentState)
        (self.on, self.isMet) = (on, isMet)
    }
}

/// How many jobs there are of those that are meant: `GET /counts`, and `caisson list --count -o json`.
package struct CountView: Sendable, Hashable, Codable {
    package var total: Int
    /// By state; states without a job are left out.
    package var counts: [String: Int]

    private enum CodingKeys: String, CodingKey { case total, counts }

    package init(_ counts: [JobState: Int]) {
        total = counts.values.reduce(0, +)
        self.counts = Dictionary(
            counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// The place of the newest event: `GET /events/newest`.
package struct OrdinalView: Sendable, Hashable, Codable {
    /// 0 if there is none.
    package var ordinal: Int64

    private enum CodingKeys: String, CodingKey { case ordinal }

    package init(ordinal: Int64) { self.ordinal = ordinal }
}

/// A queue, how it is set and what it holds: a member of `GET /queues`.
package struct QueueView: Sendable, Hashable, Codable {
    package var project: String
    package var queue: String
    package var weight: Int
    package var limit: Int?
    package var isPaused: Bool
    /// Jobs by state, those that have ended left out.
    package var counts: [String: Int]
    /// When the job that has been ready for longest became so.
    package var oldestReady: String?
    package var held: Int

    private enum CodingKeys: String, CodingKey {
        case project, queue, weight, limit
        case isPaused = "is_paused"
        case counts
        case oldestReady = "oldest_ready"
        case held
    }

    package init(
        project: String, queue: String, weight: Int, limit: Int?, isPaused: Bool, counts: [String: Int],
        oldestReady: String?, held: Int
    ) {
        (self.project, self.queue, self.weight, self.limit) = (project, queue, weight, limit)
        (self.isPaused, self.counts, self.oldestReady, self.held) = (isPaused, counts, oldestReady, held)
    }
}

/// Why a job is where it is: `GET /jobs/{id}/explain`.
package struct ExplanationView: Sendable, Hashable, Codable {
    package var job: String
    package var state: String
    /// None of one that has ended.
    package var reason: WaitReason?
    package var sentence: String
    /// What has to happen before it goes on.
    package var needed: String?
    /// What to type.
    package var command: String?

    private enum CodingKeys: String, CodingKey { case job, state, reason, sentence, needed, command }

    package init(
        job: String, state: String, reason: WaitReason?, sentence: String, needed: String?, command: String?
    ) {
        (self.job, self.state, self.reason, self.sentence) = (job, state, reason, sentence)
        (self.needed, self.command) = (needed, command)
    }
}
