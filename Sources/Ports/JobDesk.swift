package import Model
package import Planner

/// What people may ask of the daemon about jobs, as the control API passes it on.
///
/// Every act names who asks: it stands in the events. References are ids, beginnings of one, or `@latest`.
package protocol JobDesk: Sendable {
    /// Accepts a submission whose inputs are kept already.
    func submit(_ submission: Submission, by actor: String) async throws -> SubmissionReceipt
    func cancel(_ job: String, isTree: Bool, reason: String, grace: Duration?, by actor: String) async throws
        -> CancelReceipt
    func hold(_ job: String, reason: String, by actor: String) async throws
    func release(_ job: String, by actor: String) async throws
    func setPriority(_ job: String, _ priority: Int, by actor: String) async throws
    /// Answers an approval that waits.
    func decide(_ approval: String, isApproved: Bool, reason: String, by actor: String) async throws
    /// - Returns: the job that is made in its place.
    func retry(_ job: String, by actor: String) async throws -> JobID
    /// A new job from the spec of an old one, with what is changed in it.
    func fork(_ job: String, _ changes: ForkChanges, by actor: String) async throws -> JobID
    /// Takes a job off the list of those that need a person.
    func discard(_ job: String, by actor: String) async throws
    func setQueue(_ id: QueueID, _ change: QueueChange, by actor: String) async throws -> QueueRow
    /// Why a job is where it is.
    func explanation(of job: String) async throws -> WaitAnswer
}

/// What a fork has other than the job it is made from.
package struct ForkChanges: Sendable, Hashable, Codable {
    package var command: [String]?
    /// Variables to set; the others stay.
    package var environment: [String: String]
    /// Limits to set, by name; the others stay.
    package var limits: [String: String]
    package var placement: Placement?

    package init(
        command: [String]? = nil, environment: [String: String] = [:], limits: [String: String] = [:],
        placement: Placement? = nil
    ) {
        (self.command, self.environment, self.limits, self.placement) = (command, environment, limits, placement)
    }
}

/// What of a queue is to be set; what is `nil` stays.
package struct QueueChange: Sendable, Hashable {
    package var isPaused: Bool?
    package var weight: Int?
    /// `.some(nil)`: no limit of its own.
    package var limit: Int??
    package init(isPaused: Bool? = nil, weight: Int? = nil, limit: Int?? = nil) {
        (self.isPaused, self.weight, self.limit) = (isPaused, weight, limit)
    }
}

/// Why a job is where it is, for people.
package struct WaitAnswer: Sendable, Hashable {
    package let job: JobID
    package let state: JobState
    /// `nil` of one that has ended.
    package let reason: WaitReason?
    package let sentence: String
    /// What has to happen before it goes on.
    package let needed: String?
    /// What to type, if somebody can do something.
    package let command: String?

    package init(
        job: JobID, state: JobState, reason: WaitReason?, sentence: String, needed: String?, command: String?
    ) {
        (self.job, self.state, self.reason, self.sentence) = (job, state, reason, sentence)
        (self.needed, self.command) = (needed, command)
    }
}
