import CellWire
import GRDB
import Model
import Ports

extension JobWriter {
    func lease(_ intent: AttemptIntent) throws {
        let job = try job(intent.attempt.job)
        try check(job, to: .leased)
        guard !job.isHeld else {
            throw StoreError.conflict(id: job.id.description, expected: "ready", found: "held")
        }
        guard job.kind == .job else { throw StoreError.runsNothing(id: job.id.description, kind: job.kind) }
        let next = job.attempts + 1
        guard intent.attempt.number == next else {
            throw StoreError.conflict(
                id: "\(intent.attempt)", expected: "attempt \(next)", found: "attempt \(intent.attempt.number)")
        }
        try run(
            """
            UPDATE job SET state = 'leased', attempts = ?, started_at_ms = ?, due_at_ms = NULL,
                ready_at_ms = coalesce(ready_at_ms, ?2)
            WHERE ordinal = ?3
            """, [next, intent.at.milliseconds, job.ordinal])
        try run(
            """
            INSERT INTO attempt (job_id, number, state, profile_digest, created_at_ms) VALUES (?, ?, 'creating', ?, ?)
            """, [job.id.description, next, intent.profileDigest, intent.at.milliseconds])
        try run(
            "INSERT INTO sandbox (job_id, attempt, container_name, frame_key) VALUES (?, ?, ?, ?)",
            [job.id.description, next, intent.containerName, String(intent.frameKey, radix: 16)])
        try addEvent("leased", of: job, attempt: next, at: intent.at, state: .leased)
    }

    /// - Parameter posture: as JSON.
    func markVerified(_ attempt: AttemptID, containerID: String, posture: String, at time: WallTime) throws {
        try move(attempt, to: .verified)
        try run(
            "UPDATE sandbox SET container_id = ?, posture = ? WHERE job_id = ? AND attempt = ?",
            [containerID, posture, attempt.job.description, attempt.number])
        try addEvent("verified", of: job(attempt.job), attempt: attempt.number, at: time)
    }

    /// - Parameter attestation: as JSON.
    func markWorking(_ attempt: AttemptID, attestation: String, at time: WallTime) throws {
        try move(attempt, to: .working)
        let job = try job(attempt.job)
        try move(job, to: .running)
        try run(
            "UPDATE sandbox SET attestation = ? WHERE job_id = ? AND attempt = ?",
            [attestation, attempt.job.description, attempt.number])
        try addEvent("working", of: job, attempt: attempt.number, at: time, state: .running)
    }

    func markStopping(_ attempt: AttemptID, at time: WallTime) throws {
        let job = try liveJob(of: attempt)
        guard let job, job.state != .stopping, job.state != .finalizing else { return }
        try move(job, to: .stopping)
        try addEvent("stopping", of: job, attempt: attempt.number, at: time, state: .stopping)
    }

    func markFinalizing(_ attempt: AttemptID, at time: WallTime) throws {
        guard let job = try liveJob(of: attempt) else {
            throw StoreError.conflict(id: "\(attempt)", expected: "open", found: try state(of: attempt).rawValue)
        }
        guard job.state != .finalizing else { return }
        try move(job, to: .finalizing)
        try addEvent("finalizing", of: job, attempt: attempt.number, at: time, state: .finalizing)
    }

    /// The job of an attempt that is open; `nil` if the attempt is over.
    private func liveJob(of attempt: AttemptID) throws -> StoredJob? {
        switch try state(of: attempt) {
        case .creating, .verified, .working: try job(attempt.job)
        case .collected, .removed, .lost: nil
        }
    }

    func setLending(_ id: JobID, _ isLending: Bool, at time: WallTime) throws {
        let job = try job(id)
        guard job.state.isLive else {
            throw StoreError.illegalState(id: id.description, state: job.state, action: "made to lend its slot")
        }
        try run(
            "UPDATE job SET is_lending = ?1 WHERE ordinal = ?2 AND is_lending <> ?1", [isLending ? 1 : 0, job.ordinal])
        guard database.changesCount == 1 else { return }
        try addEvent(isLending ? "lending" : "lending_ended", of: job, at: time)
    }

    func markAdopted(_ attempt: AttemptID, at time: WallTime) throws -> Int {
        let state = try state(of: attempt)
        guard state == .working else {
            throw StoreError.conflict(
                id: "\(attempt)", expected: AttemptState.working.rawValue, found: state.rawValue)
        }
        let sql = "UPDATE sandbox SET adoptions = adoptions + 1 WHERE job_id = ? AND attempt = ? RETURNING adoptions"
        guard let count = try integer(sql, [attempt.job.description, attempt.number]) else {
            throw StoreError.corrupt(detail: "attempt \(attempt) has no sandbox")
        }
        try addEvent("adopted", of: job(attempt.job), attempt: attempt.number, at: time)
        return Int(count)
    }

    func requeue(_ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime) throws {
        try move(attempt, to: .lost, finishedAt: time)
        try run(
            "UPDATE attempt SET reason = ? WHERE job_id = ? AND number = ?",
            [reason, attempt.job.description, attempt.number])
        let job = try job(attempt.job)
        if job.isCancelled {
            // Whoever asked for its end is not to see it begin again.
            let ending = Ending(
                at: time, reason: "cancelled", message: "It was cancelled; attempt \(attempt.number) is lost.")
            try settle([close(job, as: .cancelled, ending, attempt: attempt.number)], at: time)
        } else if let until {
            try postpone(job, until: until, event: "requeued", attempt: attempt.number, at: time)
        } else {
            try release(job, event: "requeued", attempt: attempt.number, at: time)
        }
        try run("UPDATE job SET is_lending = 0 WHERE ordinal = ? AND is_lending = 1", [job.ordinal])
    }

    func markRemoved(_ attempt: AttemptID, at time: WallTime) throws {
        let state = try state(of: attempt)
        switch state {
        case .collected: try move(attempt, to: .removed)
        case .removed, .lost: break
        case .creating, .verified, .working:
            throw StoreError.conflict(id: "\(attempt)", expected: "collected or lost", found: state.rawValue)
        }
        try run(
            "UPDATE sandbox SET removed_at_ms = ? WHERE job_id = ? AND attempt = ? AND removed_at_ms IS NULL",
            [time.milliseconds, attempt.job.description, attempt.number])
        guard database.changesCount == 1 else { return }  // it was marked before: there is nothing new to tell
        try addEvent("removed", of: job(attempt.job), attempt: attempt.number, at: time)
    }

    func setCellVolume(_ name: String, digest: String, at time: WallTime) throws {
        try run(
            """
            INSERT INTO cell_volume (digest, name, verified_at_ms) VALUES (?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET name = excluded.name, verified_at_ms = excluded.verified_at_ms
            """, [digest, name, time.milliseconds])
    }
}
