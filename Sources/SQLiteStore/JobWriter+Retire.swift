import GRDB
import Model
import Ports

extension JobWriter {
    /// Roots and jobs that one step deletes, at most; a root with more jobs goes in several steps.
    static let mostRoots = 200
    static let mostRows = 2000

    func retire(_ policy: RetentionPolicy, at now: WallTime) throws -> RetentionReport {
        var report = RetentionReport()
        var room = Self.mostRows
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
        try deleteStaged(before: now.milliseconds - SQLiteJobStore.stagedBlobLife.wholeMilliseconds, &report)
        return report
    }

    /// Roots that may go, the oldest of each state first, one more than fits.
    private func oldRoots(_ policy: RetentionPolicy, at now: WallTime) throws -> [Int64] {
        // The newest are kept: what is older than the last of them may go.
        let newest = try integer(
            "SELECT ordinal FROM job INDEXED BY job_roots WHERE parent IS NULL ORDER BY ordinal DESC LIMIT 1 OFFSET ?",
            [max(policy.newest, 0)])
        guard let newest else { return [] }
        var roots: [Int64] = []
        for (state, life) in policy.lives.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where state.isTerminal {
            let ended = now.milliseconds - life.wholeMilliseconds
            let flagged = now.milliseconds - max(policy.attentionLife, life).wholeMilliseconds
            roots += try rows(
                """
                SELECT ordinal FROM job INDEXED BY job_retire
                WHERE state = ?1 AND parent IS NULL AND finished_at_ms IS NOT NULL AND finished_at_ms < ?2 AND ordinal <= ?3
                    AND (finished_at_ms < ?4 OR NOT EXISTS (
                        SELECT 1 FROM job AS f INDEXED BY job_root WHERE f.root = job.ordinal AND f.attention IS NOT NULL))
                    -- Children that its job has added may go on without it.
                    AND NOT EXISTS (SELECT 1 FROM job AS o INDEXED BY job_root WHERE o.root = job.ordinal AND o.finished_at_ms IS NULL)
                    -- A job that was made again elsewhere may still need what this one has left.
                    AND NOT EXISTS (
                        SELECT 1 FROM job AS p INDEXED BY job_root
                            CROSS JOIN job_edge AS e ON e.parent = p.ordinal CROSS JOIN job AS c ON c.ordinal = e.child
                        WHERE p.root = job.ordinal AND c.root <> p.root AND c.finished_at_ms IS NULL)
                ORDER BY finished_at_ms LIMIT ?5
                """, [state.rawValue, ended, newest, flagged, Self.mostRoots + 1]
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

    private func deleteStaged(before time: Int64, _ report: inout RetentionReport) throws {
        let staged = try rows(
            "SELECT digest FROM staged_blob WHERE at_ms < ? ORDER BY at_ms LIMIT ?", [time, Self.mostRows])
        for row in staged {
            let digest: String = try row.decode(forColumn: "digest")
            try run("DELETE FROM staged_blob WHERE digest = ?", [digest])
            try deleteUnused(digest, &report)
        }
        if staged.count == Self.mostRows { report.isMore = true }
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
