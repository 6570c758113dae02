package import CellWire
package import Model
package import Ports
import Synchronization

/// A job store in memory: the same fences, states and events as on a disk, for as long as this object lives.
///
/// A new move is a few lines: a step's name, ``JobTable/move(_:to:at:reason:message:)``, an event.
package final class MemoryJobStore: JobStore {
    let table = Mutex(JobTable())
    let blobs: any BlobStore
    private let steps: Steps

    /// - Parameter blobs: Where the bytes of large blobs are.
    package init(blobs: any BlobStore = MemoryBlobs(), steps: Steps = Steps()) {
        (self.blobs, self.steps) = (blobs, steps)
    }

    /// Every outcome that was accepted, in order.
    package var outcomes: [AttemptOutcome] { table.withLock(\.outcomes) }
    package func job(_ id: JobID) -> JobRecord? { table.withLock { $0.jobs[id] } }
    package func attempt(_ id: AttemptID) -> AttemptRecord? { table.withLock { $0.attempts[id] } }

    /// Puts a row there as an earlier process may have left it.
    package func put(_ job: JobRecord) { table.withLock { $0.add(job) } }
    package func put(_ attempt: AttemptRecord) { table.withLock { $0.attempts[attempt.id] = attempt } }

    /// One transaction: an error leaves everything as it was.
    private func write(
        _ step: String, _ body: (inout JobTable) throws(StoreError) -> Void
    ) throws(StoreError) {
        try steps.store(step)
        try table.withLock { table throws(StoreError) in
            var changed = table
            try body(&changed)
            table = changed
        }
    }

    package func digest(of spec: JobSpec) throws(StoreError) -> String { "sha256:s" }

    package func submit(_ job: JobRecord, inputs: [Blob]) async throws(StoreError) {
        try write("submit") { table throws(StoreError) in
            if let found = table.jobs[job.id] {
                throw .conflict(id: "\(job.id)", expected: "new", found: found.state.rawValue)
            }
            for blob in inputs { table.add(blob) }
            table.add(job)
            table.tell("submitted", of: job.id, at: job.createdAt)
        }
    }

    package func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try write("lease") { table throws(StoreError) in
            let (attempt, job) = (intent.attempt, intent.attempt.job)
            try table.move(job, to: .leased)
            let next = table.lastAttempt(of: job) + 1
            guard attempt.number == next else {
                throw .conflict(id: "\(attempt)", expected: "attempt \(next)", found: "attempt \(attempt.number)")
            }
            table.attempts[attempt] = AttemptRecord(
                id: attempt, state: .creating, containerName: intent.containerName,
                profileDigest: intent.profileDigest, frameKey: intent.frameKey, createdAt: intent.at)
            table.tell("leased", of: job, attempt: next, at: intent.at)
        }
    }

    package func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        try write("markVerified") { table throws(StoreError) in
            try table.move(attempt, to: .verified)
            table.attempts[attempt]?.containerID = containerID
            table.attempts[attempt]?.posture = posture
            table.tell("verified", of: attempt.job, attempt: attempt.number, at: time)
        }
    }

    package func markWorking(
        _ attempt: AttemptID, attestation: Attestation, at time: WallTime
    ) async throws(StoreError) {
        try write("markWorking") { table throws(StoreError) in
            try table.move(attempt, to: .working)
            try table.move(attempt.job, to: .running)
            table.attempts[attempt]?.attestation = attestation
            table.tell("working", of: attempt.job, attempt: attempt.number, at: time)
        }
    }

    package func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try write("finish") { table throws(StoreError) in try table.finish(outcome) }
    }

    package func requeue(_ attempt: AttemptID, reason: String, at time: WallTime) async throws(StoreError) {
        try write("requeue") { table throws(StoreError) in
            try table.move(attempt, to: .lost, at: time)
            try table.move(attempt.job, to: .ready)
            table.attempts[attempt]?.reason = reason
            table.tell("requeued", of: attempt.job, attempt: attempt.number, at: time)
        }
    }

    package func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try write("markAdopted") { table throws(StoreError) in
            guard let found = table.attempts[attempt]?.state else { throw .notFound("\(attempt)") }
            guard found == .working else {
                throw .conflict(id: "\(attempt)", expected: AttemptState.working.rawValue, found: found.rawValue)
            }
            table.attempts[attempt]?.adoptions += 1
            table.tell("adopted", of: attempt.job, attempt: attempt.number, at: time)
        }
        return self.attempt(attempt)?.adoptions ?? 0
    }

    package func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        try write("end") { table throws(StoreError) in
            let open = table.attempts.values.filter { $0.id.job == job && $0.finishedAt == nil }.map(\.id.number).max()
            if let open {
                throw .conflict(id: "\(job)", expected: "without an open attempt", found: "at attempt \(open)")
            }
            guard state.isTerminal else {
                throw .conflict(id: "\(job)", expected: "given a terminal state", found: state.rawValue)
            }
            try table.move(job, to: state, at: time, reason: reason, message: message)
            table.tell("finished", of: job, at: time)
        }
    }

    package func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try write("markRemoved") { table throws(StoreError) in
            guard let state = table.attempts[attempt]?.state else { throw .notFound("\(attempt)") }
            switch state {
            case .collected: table.attempts[attempt]?.state = .removed
            case .removed, .lost: break
            case .creating, .verified, .working:
                throw .conflict(id: "\(attempt)", expected: "collected or lost", found: state.rawValue)
            }
            guard table.removed.insert(attempt).inserted else { return }
            table.tell("removed", of: attempt.job, attempt: attempt.number, at: time)
        }
    }

    package func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try steps.store("liveAttempts")
        return table.withLock { table in
            table.attempts.values.filter { !table.removed.contains($0.id) }.sorted {
                ($0.createdAt.milliseconds, "\($0.id)") < ($1.createdAt.milliseconds, "\($1.id)")
            }
        }
    }

    package func openJobs() async throws(StoreError) -> [JobRecord] {
        try steps.store("openJobs")
        return table.withLock { $0.inOrder.filter { !$0.state.isTerminal } }
    }

    package func cellVolume(digest: String) async throws(StoreError) -> String? {
        table.withLock { $0.cellVolumes[digest] }
    }

    package func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        table.withLock { $0.cellVolumes[digest] = name }
    }
}
