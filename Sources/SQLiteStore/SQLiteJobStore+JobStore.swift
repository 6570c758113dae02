package import CellWire
package import Model
package import Planner
package import Ports
import Synchronization

extension SQLiteJobStore: JobStore {
    package func digest(of spec: JobSpec) throws(StoreError) -> String { try JobSpecDigest.of(spec) }

    package func keep(_ blob: Blob, at time: WallTime) async throws(StoreError) {
        try await writeNew { try $0.keep(blob, at: time) }
    }

    package func missingBlobs(of references: [BlobReference]) async throws(StoreError) -> [BlobReference] {
        try await readFirst { try JobQueries.missingBlobs(of: references, in: $0) }
    }

    package func submit(_ acceptance: Acceptance, inputs: [Blob]) async throws(StoreError) -> SubmissionReceipt {
        let prepared = try PreparedSubmission(acceptance)
        return try await writeNew { try $0.submit(prepared, inputs: inputs) }
    }

    package func planRows() async throws(StoreError) -> PlanRows {
        let after = turn.withLock(\.self)
        let (rows, next) = try await readFirst { try JobQueries.planRows(in: $0, after: after) }
        turn.withLock { $0 = next }
        return rows
    }

    package func wake(at now: WallTime) async throws(StoreError) -> WakeUp { try await write { try $0.wake(at: now) } }

    package func expansions(limit: Int) async throws(StoreError) -> [Expansion] {
        try await readFirst { try JobQueries.expansions(limit: limit, in: $0) }
    }

    package func expand(_ map: JobID, members: [Blob], ids: [JobID], at time: WallTime) async throws(StoreError) {
        try await write { try $0.expand(map, members: members, ids: ids, at: time) }
    }

    package func lease(_ intent: AttemptIntent) async throws(StoreError) { try await write { try $0.lease(intent) } }

    package func inputs(of job: JobID) async throws(StoreError) -> [JobSpec.InputFile] {
        try await readFirst { try JobQueries.inputs(of: job, in: $0) }
    }

    package func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        let posture = try prepared { try StoredJSON.text(of: posture) }
        try await write { try $0.markVerified(attempt, containerID: containerID, posture: posture, at: time) }
    }

    package func markWorking(
        _ attempt: AttemptID, attestation: Attestation, at time: WallTime
    ) async throws(StoreError) {
        let attestation = try prepared { try StoredJSON.text(of: attestation) }
        try await write { try $0.markWorking(attempt, attestation: attestation, at: time) }
    }

    package func markStopping(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { try $0.markStopping(attempt, at: time) }
    }

    package func markFinalizing(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { try $0.markFinalizing(attempt, at: time) }
    }

    package func setLending(_ job: JobID, _ isLending: Bool, at time: WallTime) async throws(StoreError) {
        try await write { try $0.setLending(job, isLending, at: time) }
    }

    package func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        let documents = try prepared { try OutcomeDocuments(outcome) }
        try await write { try $0.finish(outcome, documents) }
    }

    /// What can be made before it is a write's turn: there is one writer, and there are many who wait for it.
    private func prepared<Value>(_ make: () throws -> Value) throws(StoreError) -> Value {
        do { return try make() } catch { throw StoreError(error, path: path) }
    }

    package func requeue(
        _ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime
    ) async throws(StoreError) {
        try await write { try $0.requeue(attempt, reason: reason, until: until, at: time) }
    }

    package func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await write { try $0.markAdopted(attempt, at: time) }
    }

    package func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        try await write { try $0.end(job, as: state, .init(at: time, reason: reason, message: message)) }
    }

    package func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { try $0.markRemoved(attempt, at: time) }
    }

    package func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try await readFirst { try JobQueries.liveAttempts(in: $0) }
    }

    package func cellVolume(digest: String) async throws(StoreError) -> String? {
        try await readFirst { try JobQueries.cellVolume(digest: digest, in: $0) }
    }

    package func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await write { try $0.setCellVolume(name, digest: digest, at: time) }
    }
}
