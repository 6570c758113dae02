import GRDB
import Model
import Ports

extension JobWriter {
    /// Roots that one step deletes, at most.
    static let mostRoots = 200

    func retire(_ policy: RetentionPolicy, atMost most: Int, at now: WallTime) throws -> RetentionReport {
        var report = RetentionReport()
        var room = max(most, 1)
        for root in try oldRoots(policy, at: now) {
            guard report.roots < Self.mostRoots, room > 0 else {
                report.isMore = true
                break
            }
            let (deleted, isWhole) = try deleteJobs(of: root, atMost: room, &report)
            room -= deleted
            report.rows += deleted
            if isWhole { report.roots += 1 } else { report.isMore = true }
        }
        let staged = now.milliseconds - SQLiteJobStore.stagedBlobLife.wholeMilliseconds
        try deleteStaged(before: staged, atMost: max(most, 1), &report)
        return report
    }

    /// A root whose life is over, by its kind, or that is among those that are too many.
    static let oldRoots = """
        WITH kept(root) AS MATERIALIZED (
            SELECT root FROM job INDEXED BY job_attention WHERE attention IS NOT NULL
            -- Without its row, nobody would know whose container it is.
            UNION SELECT k.root FROM sandbox INDEXED BY sandbox_live CROSS JOIN job AS k ON k.id = sandbox.job_id
                WHERE sandbox.removed_at_ms IS NULL
        )
        SELECT ordinal FROM job INDEXED BY job_retire
        WHERE state = ?1 AND parent IS NULL AND finished_at_ms IS NOT NULL AND finished_at_ms <= max(?2, ?3, ?4)
            AND (finished_at_ms <= iif(kind = 'graph', ?3, ?2) OR (finished_at_ms, ordinal) <= (?4, ?5))
            AND ordinal NOT IN (SELECT root FROM kept)
            -- Children that its job has added may go on without it.
            AND NOT EXISTS (SELECT 1 FROM job AS o INDEXED BY job_root WHERE o.root = job.ordinal AND o.finished_at_ms IS NULL)
            -- A job that was made again elsewhere may still need what this one has left.
            AND NOT EXISTS (
                SELECT 1 FROM job AS p INDEXED BY job_root
                    CROSS JOIN job_edge AS e ON e.parent = p.ordinal CROSS JOIN job AS c ON c.ordinal = e.child
                WHERE p.root = job.ordinal AND c.root <> p.root AND c.finished_at_ms IS NULL)
        ORDER BY finished_at_ms LIMIT ?6
        """

    /// Roots that may go, the oldest of each state first, one more than fits.
    private func oldRoots(_ policy: RetentionPolicy, at now: WallTime) throws -> [Int64] {
        func end(of life: Duration?) -> Int64 { life.map { now.milliseconds - $0.wholeMilliseconds - 1 } ?? .min }
        var roots: [Int64] = []
        for state in JobState.allCases where state.isTerminal {
            let (life, graphLife) = (policy.lives[state], policy.graphLives[state])
            guard life != nil || graphLife != nil || policy.historyEnd != nil else { continue }
            roots += try rows(
                Self.oldRoots,
                [
                    state.rawValue, end(of: life), end(of: graphLife), policy.historyEnd?.endedAt.milliseconds ?? .min,
                    policy.historyEnd?.ordinal ?? .min, Self.mostRoots + 1,
                ]
            ).map { try $0.decode(Int64.self, forColumn: "ordinal") }
        }
        return roots
    }

    /// Deletes jobs of a root, those under it first.
    ///
    /// - Returns: how many, and whether the root itself was among them.
    private func deleteJobs(
        of root: Int64, atMost most: Int, _ report: inout RetentionReport
    ) throws -> (deleted: Int, isWhole: Bool) {
        let jobs = try rows(
            "SELECT ordinal, id, spec, member_digest, result_digest FROM job WHERE root = ?1 ORDER BY ordinal = ?1, ordinal LIMIT ?2",
            [root, most])
        // Its first event goes first: what is left of the others, until the last step, is known by that.
        try run("DELETE FROM event WHERE job = ?", [root])
        try run("DELETE FROM idempotency WHERE root = ?", [root])
        var (specs, digests): (Set<Int64>, Set<String>) = ([], [])
        for job in jobs {
            let (ordinal, id): (Int64, String) = (try job.decode(forColumn: "ordinal"), try job.decode(forColumn: "id"))
            if let spec: Int64 = try job.decode(forColumn: "spec") { specs.insert(spec) }
            for column in ["member_digest", "result_digest"] {
                if let digest: String = try job.decode(forColumn: column) { digests.insert(digest) }
            }
            let named = """
                SELECT stdout_digest AS digest FROM attempt WHERE job_id = ?1
                UNION SELECT stderr_digest FROM attempt WHERE job_id = ?1
                UNION SELECT result_digest FROM attempt WHERE job_id = ?1
                UNION SELECT digest FROM artifact WHERE job_id = ?1
                UNION SELECT digest FROM file_change WHERE job_id = ?1
                """
            for row in try rows(named, [id]) {
                if let digest: String = try row.decode(forColumn: "digest") { digests.insert(digest) }
            }
            for table in ["artifact", "file_change", "sandbox", "attempt"] {
                try run("DELETE FROM \(table) WHERE job_id = ?", [id])
            }
            try run("DELETE FROM event WHERE job = ?", [ordinal])
            try run("DELETE FROM job_edge WHERE child = ?", [ordinal])
            try run("DELETE FROM job_edge WHERE parent = ?", [ordinal])
        }
        for job in jobs {
            try run("DELETE FROM job WHERE ordinal = ?", [try job.decode(Int64.self, forColumn: "ordinal")])
        }
        for spec in specs where try integer("SELECT 1 FROM job WHERE spec = ? LIMIT 1", [spec]) == nil {
            for row in try rows("SELECT digest FROM spec_blob WHERE spec = ?", [spec]) {
                digests.insert(try row.decode(forColumn: "digest"))
            }
            try run("DELETE FROM spec_blob WHERE spec = ?", [spec])
            try run("DELETE FROM spec WHERE ordinal = ?", [spec])
        }
        for digest in digests { try deleteUnused(digest, &report) }
        return (jobs.count, try jobs.last?.decode(Int64.self, forColumn: "ordinal") == root)
    }

    private func deleteStaged(before time: Int64, atMost most: Int, _ report: inout RetentionReport) throws {
        let staged = try rows("SELECT digest FROM staged_blob WHERE at_ms < ? ORDER BY at_ms LIMIT ?", [time, most])
        for row in staged {
            let digest: String = try row.decode(forColumn: "digest")
            try run("DELETE FROM staged_blob WHERE digest = ?", [digest])
            try deleteUnused(digest, &report)
        }
        if staged.count == most { report.isMore = true }
    }

    /// Every place from which a blob can be named; each is looked up in an index.
    static let blobUses = """
        SELECT 1 FROM spec_blob WHERE digest = ?1
        UNION ALL SELECT 1 FROM staged_blob WHERE digest = ?1
        UNION ALL SELECT 1 FROM job WHERE member_digest = ?1
        UNION ALL SELECT 1 FROM job WHERE result_digest = ?1
        UNION ALL SELECT 1 FROM attempt WHERE stdout_digest = ?1
        UNION ALL SELECT 1 FROM attempt WHERE stderr_digest = ?1
        UNION ALL SELECT 1 FROM attempt WHERE result_digest = ?1
        UNION ALL SELECT 1 FROM artifact WHERE digest = ?1
        UNION ALL SELECT 1 FROM file_change WHERE digest = ?1
        LIMIT 1
        """

    private func deleteUnused(_ digest: String, _ report: inout RetentionReport) throws {
        guard try integer(Self.blobUses, [digest]) == nil else { return }
        let row = try row("SELECT digest, size_bytes, content IS NULL AS is_file FROM blob WHERE digest = ?", [digest])
        guard let row, let blob = try row.blob("digest", size: "size_bytes") else { return }
        try run("DELETE FROM blob WHERE digest = ?", [digest])
        report.blobs += 1
        if try row.decode(forColumn: "is_file") { report.files.append(blob) }
    }
}
