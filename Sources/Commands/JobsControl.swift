import ControlWire
import Model
import Planner
import Ports

/// What verbs ask of the daemon to do.
///
/// Jobs are whole ids by then: verbs find out what the beginning of an id and `@latest` mean from a ``JobReader``. Every call may throw any
/// ``UserFacingError``, the daemon's own or that of the way to it.
protocol JobsControl: Sendable {
    /// Has bytes kept for a submission that is about to come.
    func keep(_ source: any InputSource) async throws -> BlobReference
    /// Hands in a submission whose inputs are kept and whose images are names.
    func submit(_ submission: Submission) async throws -> SubmissionReceipt
    /// Feeds a job's live standard input until the source, or the job, ends.
    func feed(_ source: any InputSource, to job: JobID) async throws
    /// The job once it has ended, or as it is when the time is over.
    func wait(for job: JobID, limit: Duration) async throws -> JobSummary

    func cancel(_ job: JobID, isTree: Bool, reason: String, grace: Duration?) async throws -> CancelReceipt
    /// - Returns: the new job.
    func retry(_ job: JobID) async throws -> JobID
    /// - Returns: the new job.
    func fork(_ job: JobID, _ changes: ForkChanges) async throws -> JobID
    func hold(_ job: JobID, reason: String) async throws
    func release(_ job: JobID) async throws
    func decide(_ approval: JobID, isApproved: Bool, reason: String) async throws
    func setPriority(of job: JobID, to priority: Int) async throws
    func discard(_ job: JobID) async throws
    func setQueue(_ queue: QueueID, _ change: QueueChange) async throws -> QueueView
}

/// Tells what happens, as it happens.
protocol JobNews: Sendable {
    /// The ordinal of the newest event, 0 if there is none: what is read after this call includes all up to it.
    func newest() async throws -> Int64
    /// Hands out the events after `ordinal` in their order, those to come as well, until `take` answers `false`.
    func follow(after ordinal: Int64, _ take: (EventView) async throws -> Bool) async throws
}

/// Says why a job is where it is.
protocol JobExplainer: Sendable {
    func explanation(of job: JobSummary) async throws -> ExplanationView
}

/// The daemon as verbs need it: it does, it shows, and it tells.
typealias Daemonic = JobsControl & JobReader & BlobReader & JobNews & JobExplainer & JobOutput
