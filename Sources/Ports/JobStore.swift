package import CellWire
package import Model

/// Where jobs, their attempts and their outcomes are kept: what it has accepted is on the disk.
///
/// Every write is one transaction, which also writes the events that tell of it. Moves are fenced: a row that is no longer
/// where the caller believes it to be is left alone, and the caller gets ``StoreError/conflict(id:expected:found:)``.
package protocol JobStore: Sendable {
    /// `sha256:` and 64 hex digits of the spec's stored form.
    func digest(of spec: JobSpec) throws(StoreError) -> String

    /// Accepts a job with the blobs of its inputs: state `ready`, no attempt yet.
    func submit(_ job: JobRecord, inputs: [Blob]) async throws(StoreError)

    /// Moves a `ready` job to `leased` and writes the intent of its next attempt, before anything is asked of an engine.
    func lease(_ intent: AttemptIntent) async throws(StoreError)

    /// The container exists and equals its plan: `creating` → `verified`.
    func markVerified(_ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime)
        async throws(StoreError)

    /// The cell has attested, the tool may start: `verified` → `working`, the job `leased` → `running`.
    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError)

    /// The outcome, all of it at once: the attempt becomes `collected` (or `lost`), the job terminal.
    func finish(_ outcome: AttemptOutcome) async throws(StoreError)

    /// Gives up an attempt whose tool was never started: the attempt becomes `lost`, the job `ready` again.
    ///
    /// - Parameter reason: why, as a stable word; it stands in the event.
    func requeue(_ attempt: AttemptID, reason: String, at time: WallTime) async throws(StoreError)

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

    /// Jobs that are not terminal, oldest first: for recovery.
    func openJobs() async throws(StoreError) -> [JobRecord]

    /// The volume that holds the cell of this digest (`sha256:…`), once it was verified.
    func cellVolume(digest: String) async throws(StoreError) -> String?
    /// Makes a verified volume the one for `digest`, in place of any other.
    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError)
}

/// What people may ask of the stored jobs.
///
/// Works on a data folder that nobody else has open, and beside a writer.
package protocol JobReader: Sendable {
    /// The job whose id is `reference` or begins with it, or the newest one for `@latest`.
    func job(_ reference: String) async throws(StoreError) -> JobRecord
    /// The newest jobs first, at most `limit`.
    func jobs(limit: Int) async throws(StoreError) -> [JobRecord]
    /// All attempts of a job, in order.
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord]
    /// All events of a job, in order.
    func events(of job: JobID) async throws(StoreError) -> [EventRecord]
}
