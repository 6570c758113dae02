import Foundation
import GRDB
import Model
package import Ports
import SQLiteStore

extension TemporaryStore {
    /// Puts a single job there as an earlier process may have left it; its inputs need not be kept.
    package func put(_ job: JobRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let spec = String(decoding: try encoder.encode(job.spec), as: UTF8.self)
        let digest = try JobSpecDigest.of(job.spec)
        try real.writeNow { database in
            try database.execute(
                sql: """
                    INSERT INTO spec (digest, body, image_name, command, effect, milli_cpus, memory_bytes, queue_ms, total_ms)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    digest, spec, job.spec.imageName,
                    String(decoding: try encoder.encode(job.spec.command), as: UTF8.self), job.spec.effect.rawValue,
                    job.spec.limits.milliCPUs,
                    job.spec.limits.memory.bytes, job.spec.limits.queue.wholeMilliseconds,
                    job.spec.limits.total.wholeMilliseconds,
                ])
            try database.execute(
                sql: """
                    INSERT INTO job (ordinal, id, kind, root, state, spec, queue, created_at_ms, ready_at_ms, finished_at_ms,
                        reason, message, due_at_ms)
                    SELECT n.next, ?1, 'job', n.next, ?2, spec.ordinal, 1, ?4, ?4, ?5, ?6, ?7,
                        CASE ?2 WHEN 'ready' THEN ?4 + spec.queue_ms END
                    FROM spec, (SELECT coalesce(max(ordinal), 0) + 1 AS next FROM job) AS n WHERE digest = ?3
                    """,
                arguments: [
                    job.id.description, job.state.rawValue, digest, job.createdAt.milliseconds,
                    job.finishedAt?.milliseconds, job.reason, job.message,
                ])
        }
    }

    /// The same with an attempt of a job that is there.
    package func put(_ attempt: AttemptRecord) throws {
        let (job, number) = (attempt.id.job.description, attempt.id.number)
        let time = attempt.createdAt.milliseconds
        let isOver = attempt.state == .collected || attempt.state.isFinal
        try real.writeNow { database in
            try database.execute(
                sql: """
                    INSERT INTO attempt (job_id, number, state, profile_digest, created_at_ms, finished_at_ms, reason, outcome)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    job, number, attempt.state.rawValue, attempt.profileDigest, time,
                    attempt.finishedAt?.milliseconds ?? (isOver ? time : nil), attempt.reason,
                    attempt.outcome?.rawValue,
                ])
            try database.execute(
                sql: """
                    INSERT INTO sandbox (job_id, attempt, container_name, container_id, frame_key, adoptions)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    job, number, attempt.containerName, attempt.containerID, String(attempt.frameKey, radix: 16),
                    attempt.adoptions,
                ])
            try database.execute(
                sql: "UPDATE job SET attempts = max(attempts, ?), started_at_ms = ? WHERE id = ?",
                arguments: [number, time, job])
        }
    }
}
