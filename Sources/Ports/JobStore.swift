package import CellWire
package import Model
package import Planner

/// Where jobs, their attempts and their outcomes are kept: what it has accepted is on the disk.
///
/// Every write is one transaction, which also writes the events that tell of it, and settles what follows for other jobs: needs
/// that are met or can no longer be, children that have all ended. Moves are fenced: a row that is no longer where the caller
/// believes it to be is left alone, and the caller gets ``StoreError/conflict(id:expected:found:)``.
package protocol JobStore: Sendable {
    /// `sha256:` and 64 hex digits of the spec's stored form.
    func digest(of spec: JobSpec) throws(StoreError) -> String

    // MARK: What comes in

    /// Keeps a blob for a submission that is about to come; one that none names within ``stagedBlobLife`` is taken away.
    func keep(_ blob: Blob, at time: WallTime) async throws(StoreError)
    /// Whether all of these are kept.
    func missingBlobs(of references: [BlobReference]) async throws(StoreError) -> [BlobReference]
    /// Accepts all of a submission, with the blobs of its inputs, or nothing.
    ///
    /// - Throws: ``StoreError/idempotencyConflict(key:job:)`` if something else was accepted under its key.
    func submit(_ acceptance: Acceptance, inputs: [Blob]) async throws(StoreError) -> SubmissionReceipt

    // MARK: What is to begin

    /// What there is to plan with.
    func planRows() async throws(StoreError) -> PlanRows
    /// Moves everything whose time has come, and says when to ask again.
    func wake(at now: WallTime) async throws(StoreError) -> WakeUp
    /// Fan-outs that are ready, oldest first, at most `limit`.
    func expansions(limit: Int) async throws(StoreError) -> [Expansion]
    /// Makes the children of a fan-out, one for each member of its list; it is `waiting` from then on, and ended at once without any.
    ///
    /// - Parameters:
    ///   - members: in order; each child finds its own in ``NodeSpec/FanOut/memberFile``.
    ///   - ids: as many.
    func expand(_ map: JobID, members: [Blob], ids: [JobID], at time: WallTime) async throws(StoreError)

    // MARK: The life of an attempt

    /// Moves a `ready` job that is not held to `leased` and writes the intent of its next attempt, before anything is asked of an engine.
    func lease(_ intent: AttemptIntent) async throws(StoreError)
    /// The files of a job with the blobs that its references stand for.
    ///
    /// - Throws: ``StoreError/referenceMissing(file:node:part:)`` if the other node did not leave it.
    func inputs(of job: JobID) async throws(StoreError) -> [JobSpec.InputFile]
    /// The container exists and equals its plan: `creating` → `verified`.
    func markVerified(_ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime)
        async throws(StoreError)
    /// The cell has attested, the tool may start: `verified` → `working`, the job `leased` → `running`.
    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError)
    /// The job's tool is being ended: `leased` or `running` → `stopping`; nothing changes if it is further.
    func markStopping(_ attempt: AttemptID, at time: WallTime) async throws(StoreError)
    /// The tool has ended and there is much to save: `running` or `stopping` → `finalizing`.
    func markFinalizing(_ attempt: AttemptID, at time: WallTime) async throws(StoreError)
    /// Whether a running job waits for its children, and lends them its slot meanwhile: the dispatcher is to be woken then.
    func setLending(_ job: JobID, _ isLending: Bool, at time: WallTime) async throws(StoreError)
    /// The outcome, all of it at once: the attempt becomes `collected` (or `lost`), the job terminal, or `retrying`.
    func finish(_ outcome: AttemptOutcome) async throws(StoreError)
    /// Gives up an attempt that left no outcome: the attempt becomes `lost`, the job `ready` again, or `retrying` until a time.
    ///
    /// - Parameter reason: why, as a stable word; it stands in the event.
    func requeue(_ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime) async throws(StoreError)
    /// Another process goes on with a `working` attempt; committed before it attaches.
    ///
    /// - Returns: how often that has happened, this time included.
    func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int
    /// Ends a job that has no open attempt, in a terminal state.
    func end(_ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime)
        async throws(StoreError)
    /// The container is gone: `collected` → `removed`. A `lost` attempt stays `lost`, with its sandbox marked as removed.
    func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError)
    /// Attempts whose container may still exist, oldest first: for recovery.
    func liveAttempts() async throws(StoreError) -> [AttemptRecord]

    // MARK: What people ask for

    /// Ends what has no sandbox at once, marks what has one, all in one transaction.
    ///
    /// A job that has ended as `cancelled`, or is asked for a second time, is no error.
    /// - Throws: ``StoreError/illegalState(id:state:action:)`` if the job has ended otherwise.
    func cancel(_ job: JobID, _ order: CancelOrder) async throws(StoreError) -> CancelReceipt
    /// Holds a job back, or with `nil` lets it go; of a root, all of its nodes. What has a sandbox goes on.
    func hold(_ job: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime) async throws(StoreError)
    func setPriority(_ job: JobID, _ priority: Int, by actor: String, at time: WallTime) async throws(StoreError)
    /// Answers an approval that waits: it is `succeeded`, or `denied`.
    func decide(_ approval: JobID, isApproved: Bool, _ flag: JobSummary.Flag) async throws(StoreError)
    /// Makes a job that has ended without success again, and with it the descendants that were skipped because of it.
    ///
    /// - Returns: the new job, which has `lineage` and a higher generation. Under a root that has ended, there is a new root as well.
    func retry(_ job: JobID, ids: any IDSource, by actor: String, at time: WallTime) async throws(StoreError) -> JobID
    /// Takes a job off the list of those that need a person.
    func discard(_ job: JobID, by actor: String, at time: WallTime) async throws(StoreError)
    /// Changes how a queue is set; what it held goes by the new setting from the next plan on.
    ///
    /// - Returns: how it is set now.
    func setQueue(
        _ queue: QueueID, _ change: QueueChange, by actor: String, at time: WallTime
    ) async throws(StoreError) -> QueueRow

    // MARK: Cells

    /// The volume that holds the cell of this digest (`sha256:…`), once it was verified.
    func cellVolume(digest: String) async throws(StoreError) -> String?
    /// Makes a verified volume the one for `digest`, in place of any other.
    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError)
}

extension JobStore {
    /// How long a blob is kept for a submission to come.
    package static var stagedBlobLife: Duration { .seconds(3600) }
}

/// What people may ask of the stored jobs.
///
/// Works on a data folder that nobody else has open, and beside a writer.
package protocol JobReader: Sendable {
    /// The job whose id is `reference` or begins with it, or the newest root for `@latest`.
    func summary(_ reference: String) async throws(StoreError) -> JobSummary
    /// The same, of a job that runs something.
    ///
    /// - Throws: ``StoreError/runsNothing(id:kind:)`` if it is a graph, a fan-out or an approval.
    func job(_ reference: String) async throws(StoreError) -> JobRecord
    /// The newest jobs first, at most `limit`, of those that `filter` means.
    ///
    /// - Parameter before: ``JobPage/next`` of the page before this one.
    func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage
    /// How many jobs `filter` means, by state.
    func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int]
    /// A root and everything under it, in the order of acceptance, at most `limit`; newer generations in place of older ones.
    func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary]
    /// All needs between the jobs of a root, at most `limit`.
    func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord]
    /// How many jobs of a root are in which state, the root itself left out.
    func counts(in root: JobID) async throws(StoreError) -> [JobState: Int]
    func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts
    func queues() async throws(StoreError) -> [QueueStatistics]
    /// All attempts of a job, in order.
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord]
    /// All events of a job, in order; of a root, those of all its jobs.
    func events(of job: JobID) async throws(StoreError) -> [EventRecord]
    /// Events after the one of that ordinal, in order, at most `limit`.
    func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord]
}

extension JobReader {
    /// The ordinal of the newest event, 0 if there is none: found by halves, since ordinals only ever grow.
    package func newestEvent() async throws(StoreError) -> Int64 {
        var (low, step) = (Int64(0), Int64(1))
        // Behind `low` there is an event, or it is the newest one's.
        while let next = try await events(after: low + step, limit: 1).first {
            low = next.ordinal
            step *= 2
        }
        // None is behind `high`.
        var high = low + step
        while low < high, let next = try await events(after: low, limit: 1).first {
            let middle = next.ordinal + (high - next.ordinal) / 2
            guard let behind = try await events(after: middle, limit: 1).first else {
                (low, high) = (next.ordinal, middle)
                continue
            }
            low = behind.ordinal
        }
        return low
    }

    /// The newest jobs first, at most `limit`.
    package func jobs(limit: Int) async throws(StoreError) -> [JobSummary] {
        try await jobs(JobFilter(), limit: limit, before: nil).jobs
    }
}
