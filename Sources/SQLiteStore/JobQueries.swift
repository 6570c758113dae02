import GRDB
import Model
import Ports

/// What can be asked of the job tables; the same for the connection that writes and for those that only read.
enum JobQueries {
    static func summary(_ reference: String, in database: Database) throws -> JobSummary {
        try JobSummary(row(reference, in: database))
    }

    static func job(_ reference: String, in database: Database) throws -> JobRecord {
        let row = try row(reference, in: database)
        let summary = try JobSummary(row)
        guard let digest = summary.specDigest, summary.kind == .job else {
            throw StoreError.runsNothing(id: summary.id.description, kind: summary.kind)
        }
        var spec = try spec(row.decode(forColumn: "spec"), of: summary.id, in: database)
        if let member = try member(row.decode(forColumn: "member_digest"), in: database) { spec.files.append(member) }
        return JobRecord(summary, spec: spec, specDigest: digest)
    }

    static func spec(_ ordinal: Int64?, of job: JobID, in database: Database) throws -> JobSpec {
        let sql = "SELECT body FROM spec WHERE ordinal = ?"
        guard let body = try String.fetchOne(database.cachedStatement(sql: sql), arguments: [ordinal]) else {
            throw StoreError.corrupt(detail: "the spec of job \(job) is not there")
        }
        return try StoredJSON.value(body, in: "the spec of job \(job)")
    }

    /// The file in which a member of a fan-out finds what it stands for.
    static func member(_ digest: String?, in database: Database) throws -> JobSpec.InputFile? {
        guard let digest else { return nil }
        let sql = "SELECT size_bytes FROM blob WHERE digest = ?"
        guard let size = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: [digest]) else {
            throw StoreError.corrupt(detail: "the blob \(digest) of a member is not there")
        }
        return JobSpec.InputFile(
            path: NodeSpec.FanOut.memberFile, size: ByteCount(bytes: size), isExecutable: false, digest: digest)
    }

    private static func row(_ reference: String, in database: Database) throws -> Row {
        let found =
            reference == "@latest"
            ? try Row.fetchAll(
                database,
                sql:
                    "\(JobSummary.select(from: "job INDEXED BY job_roots")) WHERE job.parent IS NULL ORDER BY job.ordinal DESC LIMIT 1"
            )
            : try rows(withPrefix: reference, in: database)
        guard let row = found.first else { throw StoreError.notFound(reference) }
        guard found.count == 1 else { throw StoreError.ambiguous(prefix: reference, matches: found.count) }
        return row
    }

    /// Matches of a prefix that are counted: more are told as so many.
    private static let mostMatches = 1000

    private static func rows(withPrefix prefix: String, in database: Database) throws -> [Row] {
        // Only what can stand in an id is looked up; "{" is the character after "z".
        let isPlain = prefix.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        guard !prefix.isEmpty, isPlain else { return [] }
        let sql = "\(JobSummary.select) WHERE job.id >= ? AND job.id < ? LIMIT ?"
        return try Row.fetchAll(
            database.cachedStatement(sql: sql), arguments: [prefix, prefix + "{", mostMatches])
    }

    private static let attempt = """
        SELECT attempt.*, sandbox.container_name, sandbox.container_id, sandbox.frame_key, sandbox.adoptions,
            sandbox.posture, sandbox.attestation,
            out.size_bytes AS stdout_bytes, err.size_bytes AS stderr_bytes, res.size_bytes AS result_bytes
        FROM sandbox
            JOIN attempt ON attempt.job_id = sandbox.job_id AND attempt.number = sandbox.attempt
            LEFT JOIN blob AS out ON out.digest = attempt.stdout_digest
            LEFT JOIN blob AS err ON err.digest = attempt.stderr_digest
            LEFT JOIN blob AS res ON res.digest = attempt.result_digest
        """

    static let liveAttempts =
        "\(attempt) WHERE sandbox.removed_at_ms IS NULL ORDER BY attempt.created_at_ms, attempt.job_id, attempt.number"

    static func liveAttempts(in database: Database) throws -> [AttemptRecord] {
        try attempts(Row.fetchAll(database.cachedStatement(sql: liveAttempts)), in: database)
    }

    static func attempts(of job: JobID, in database: Database) throws -> [AttemptRecord] {
        let sql = "\(attempt) WHERE attempt.job_id = ? ORDER BY attempt.number"
        return try attempts(
            Row.fetchAll(database.cachedStatement(sql: sql), arguments: [job.description]), in: database)
    }

    private static func attempts(_ rows: [Row], in database: Database) throws -> [AttemptRecord] {
        try rows.map { row in
            var record = try AttemptRecord(row)
            record.artifacts = try artifacts(of: record.id, in: database)
            record.changes = try changes(of: record.id, in: database)
            return record
        }
    }

    private static func artifacts(of attempt: AttemptID, in database: Database) throws -> [AttemptRecord.Artifact] {
        let sql = """
            SELECT path, digest, size_bytes, problem FROM artifact LEFT JOIN blob USING (digest)
            WHERE job_id = ? AND attempt = ? ORDER BY position
            """
        return try Row.fetchAll(
            database.cachedStatement(sql: sql), arguments: [attempt.job.description, attempt.number]
        )
        .map(AttemptRecord.Artifact.init)
    }

    private static func changes(of attempt: AttemptID, in database: Database) throws -> [AttemptRecord.Change] {
        let sql = """
            SELECT path, kind, digest, size_bytes, problem FROM file_change LEFT JOIN blob USING (digest)
            WHERE job_id = ? AND attempt = ? ORDER BY position
            """
        return try Row.fetchAll(
            database.cachedStatement(sql: sql), arguments: [attempt.job.description, attempt.number]
        )
        .map(AttemptRecord.Change.init)
    }

    static func cellVolume(digest: String, in database: Database) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(sql: "SELECT name FROM cell_volume WHERE digest = ?"), arguments: [digest])
    }
}
