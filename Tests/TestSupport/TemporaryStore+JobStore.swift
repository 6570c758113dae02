package import CellWire
package import Model
package import Planner
package import Ports
import SQLiteStore

// Every call is a step, then the real store's.

extension TemporaryStore: JobStore {
    package func digest(of spec: JobSpec) throws(StoreError) -> String { try real.digest(of: spec) }

    package func keep(_ blob: Blob, at time: WallTime) async throws(StoreError) {
        try await step("keep").keep(blob, at: time)
    }

    package func missingBlobs(of references: [BlobReference]) async throws(StoreError) -> [BlobReference] {
        try await step("missingBlobs").missingBlobs(of: references)
    }

    package func submit(_ acceptance: Acceptance, inputs: [Blob]) async throws(StoreError) -> SubmissionReceipt {
        try await step("submit").submit(acceptance, inputs: inputs)
    }

    package func planRows() async throws(StoreError) -> PlanRows {
        try await step("planRows").planRows()
    }

    package func wake(at now: WallTime) async throws(StoreError) -> WakeUp {
        try await step("wake").wake(at: now)
    }

    package func expansions(limit: Int) async throws(StoreError) -> [Expansion] {
        try await step("expansions").expansions(limit: limit)
    }

    package func expand(_ map: JobID, members: [Blob], ids: [JobID], at time: WallTime) async throws(StoreError) {
        try await step("expand").expand(map, members: members, ids: ids, at: time)
    }

    package func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try await step("lease").lease(intent)
    }

    package func inputs(of job: JobID) async throws(StoreError) -> [JobSpec.InputFile] {
        try await step("inputs").inputs(of: job)
    }

    package func markVerified(_ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime)
        async throws(StoreError)
    {
        try await step("markVerified").markVerified(attempt, containerID: containerID, posture: posture, at: time)
    }

    package func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError)
    {
        try await step("markWorking").markWorking(attempt, attestation: attestation, at: time)
    }

    package func markStopping(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await step("markStopping").markStopping(attempt, at: time)
    }

    package func markFinalizing(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await step("markFinalizing").markFinalizing(attempt, at: time)
    }

    package func setLending(_ job: JobID, _ isLending: Bool, at time: WallTime) async throws(StoreError) {
        try await step("setLending").setLending(job, isLending, at: time)
    }

    package func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try await step("finish").finish(outcome)
        note(outcome)
    }

    package func requeue(_ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime)
        async throws(StoreError)
    {
        try await step("requeue").requeue(attempt, reason: reason, until: until, at: time)
    }

    package func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await step("markAdopted").markAdopted(attempt, at: time)
    }

    package func end(_ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime)
        async throws(StoreError)
    {
        try await step("end").end(job, as: state, reason: reason, message: message, at: time)
    }

    package func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await step("markRemoved").markRemoved(attempt, at: time)
    }

    package func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try await step("liveAttempts").liveAttempts()
    }

    package func cancel(_ job: JobID, _ order: CancelOrder) async throws(StoreError) -> CancelReceipt {
        try await step("cancel").cancel(job, order)
    }

    package func hold(_ job: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime)
        async throws(StoreError)
    {
        try await step("hold").hold(job, flag, by: actor, at: time)
    }

    package func setPriority(_ job: JobID, _ priority: Int, by actor: String, at time: WallTime)
        async throws(StoreError)
    {
        try await step("setPriority").setPriority(job, priority, by: actor, at: time)
    }

    package func decide(_ approval: JobID, isApproved: Bool, _ flag: JobSummary.Flag) async throws(StoreError) {
        try await step("decide").decide(approval, isApproved: isApproved, flag)
    }

    package func retry(_ job: JobID, ids: any IDSource, by actor: String, at time: WallTime) async throws(StoreError)
        -> JobID
    {
        try await step("retry").retry(job, ids: ids, by: actor, at: time)
    }

    package func discard(_ job: JobID, by actor: String, at time: WallTime) async throws(StoreError) {
        try await step("discard").discard(job, by: actor, at: time)
    }

    package func setQueue(
        _ queue: QueueID, _ change: QueueChange, by actor: String, at time: WallTime
    ) async throws(StoreError) -> QueueRow {
        try await step("setQueue").setQueue(queue, change, by: actor, at: time)
    }

    package func cellVolume(digest: String) async throws(StoreError) -> String? {
        try await step("cellVolume").cellVolume(digest: digest)
    }

    package func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await step("setCellVolume").setCellVolume(name, digest: digest, at: time)
    }

}
