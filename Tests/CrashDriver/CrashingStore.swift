import CellWire
import Model
import Ports

/// A store around whose writes the process can end.
struct CrashingStore: JobStore, JobReader, BlobReader {
    let store: any JobStore & JobReader & BlobReader
    let crash: CrashPoint

    private func around<Value: Sendable>(
        _ step: String, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await crash.around("store.\(step)", body)
    }

    func digest(of spec: JobSpec) throws(StoreError) -> String { try store.digest(of: spec) }

    func submit(_ job: JobRecord, inputs: [Blob]) async throws(StoreError) {
        try await around("submit") { () throws(StoreError) in try await store.submit(job, inputs: inputs) }
    }

    func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try await around("lease") { () throws(StoreError) in try await store.lease(intent) }
    }

    func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        try await around("markVerified") { () throws(StoreError) in
            try await store.markVerified(attempt, containerID: containerID, posture: posture, at: time)
        }
    }

    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError) {
        try await around("markWorking") { () throws(StoreError) in
            try await store.markWorking(attempt, attestation: attestation, at: time)
        }
    }

    func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try await around("finish") { () throws(StoreError) in try await store.finish(outcome) }
    }

    func requeue(_ attempt: AttemptID, reason: String, at time: WallTime) async throws(StoreError) {
        try await around("requeue") { () throws(StoreError) in
            try await store.requeue(attempt, reason: reason, at: time)
        }
    }

    func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await around("markAdopted") { () throws(StoreError) in try await store.markAdopted(attempt, at: time) }
    }

    func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        try await around("end") { () throws(StoreError) in
            try await store.end(job, as: state, reason: reason, message: message, at: time)
        }
    }

    func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await around("markRemoved") { () throws(StoreError) in try await store.markRemoved(attempt, at: time) }
    }

    // MARK: Reading

    func liveAttempts() async throws(StoreError) -> [AttemptRecord] { try await store.liveAttempts() }
    func openJobs() async throws(StoreError) -> [JobRecord] { try await store.openJobs() }
    func cellVolume(digest: String) async throws(StoreError) -> String? { try await store.cellVolume(digest: digest) }
    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await store.setCellVolume(name, digest: digest, at: time)
    }
    func job(_ reference: String) async throws(StoreError) -> JobRecord { try await store.job(reference) }
    func jobs(limit: Int) async throws(StoreError) -> [JobRecord] { try await store.jobs(limit: limit) }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] { try await store.attempts(of: job) }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] { try await store.events(of: job) }
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await store.bytes(of: reference, from: offset, count: count)
    }
}
