package import CellWire
package import Model
package import Ports

extension SQLiteJobStore: JobStore {
    package func digest(of spec: JobSpec) throws(StoreError) -> String { try JobSpecDigest.of(spec) }

    package func submit(_ job: JobRecord, inputs: [Blob]) async throws(StoreError) {
        try await write { try JobWrites.submit(job, inputs: inputs, in: $0) }
    }

    package func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try await write { try JobWrites.lease(intent, in: $0) }
    }

    package func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        try await write {
            try JobWrites.markVerified(attempt, containerID: containerID, posture: posture, at: time, in: $0)
        }
    }

    package func markWorking(
        _ attempt: AttemptID, attestation: Attestation, at time: WallTime
    ) async throws(StoreError) {
        try await write { try JobWrites.markWorking(attempt, attestation: attestation, at: time, in: $0) }
    }

    package func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try await write { try JobWrites.finish(outcome, in: $0) }
    }

    package func requeue(_ attempt: AttemptID, reason: String, at time: WallTime) async throws(StoreError) {
        try await write { try JobWrites.requeue(attempt, reason: reason, at: time, in: $0) }
    }

    package func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await write { try JobWrites.markAdopted(attempt, at: time, in: $0) }
    }

    package func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        let ending = JobWrites.Ending(at: time, reason: reason, message: message)
        try await write { try JobWrites.end(job, as: state, ending, in: $0) }
    }

    package func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { try JobWrites.markRemoved(attempt, at: time, in: $0) }
    }

    package func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try await read { try JobQueries.liveAttempts(in: $0) }
    }

    package func openJobs() async throws(StoreError) -> [JobRecord] {
        try await read { try JobQueries.openJobs(in: $0) }
    }

    package func cellVolume(digest: String) async throws(StoreError) -> String? {
        try await read { try JobQueries.cellVolume(digest: digest, in: $0) }
    }

    package func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await write { try JobWrites.setCellVolume(name, digest: digest, at: time, in: $0) }
    }
}
