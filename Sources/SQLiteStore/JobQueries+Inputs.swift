import GRDB
import Model
import Ports

extension JobQueries {
    /// The files of a job, with what its references stand for.
    static func inputs(of job: JobID, in database: Database) throws -> [JobSpec.InputFile] {
        let record = try self.job(job.description, in: database)
        guard record.spec.files.contains(where: { $0.reference != nil }) else { return record.spec.files }
        // What a member of a fan-out needs, its fan-out needs.
        let sql = """
            SELECT CASE WHEN p.kind = 'map' THEN p.ordinal ELSE job.ordinal END FROM job
            LEFT JOIN job AS p ON p.ordinal = job.parent WHERE job.id = ?
            """
        let owner = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: [job.description])
        return try record.spec.files.map { file in
            guard let reference = file.reference else { return file }
            guard let blob = try blob(for: reference, of: owner, in: database) else {
                throw StoreError.referenceMissing(
                    file: file.path, node: reference.node, part: reference.path ?? reference.part.rawValue)
            }
            var file = JobSpec.InputFile(
                path: file.path, size: blob.size, isExecutable: file.isExecutable, digest: blob.digest)
            file.reference = reference
            return file
        }
    }

    private static func blob(
        for reference: InputReference, of child: Int64?, in database: Database
    ) throws -> BlobReference? {
        let source =
            switch reference.part {
            case .result: "coalesce(p.result_digest, attempt.result_digest)"
            case .stdout: "attempt.stdout_digest"
            case .stderr: "attempt.stderr_digest"
            case .artifact:
                """
                coalesce(
                    (SELECT digest FROM artifact WHERE job_id = p.id AND artifact.attempt = p.attempts AND path = ?3),
                    (SELECT digest FROM file_change WHERE job_id = p.id AND file_change.attempt = p.attempts AND path = ?3))
                """
            }
        let sql = """
            SELECT blob.digest, blob.size_bytes
            FROM job_edge JOIN job AS p ON p.ordinal = job_edge.parent
                LEFT JOIN attempt ON attempt.job_id = p.id AND attempt.number = p.attempts
                JOIN blob ON blob.digest = \(source)
            WHERE job_edge.child = ?1 AND p.name = ?2 AND ?3 IS ?3
            """
        let row = try Row.fetchOne(
            database.cachedStatement(sql: sql), arguments: [child, reference.node, reference.path])
        return try row?.blob("digest", size: "size_bytes")
    }

    /// What a job left as its result; of a fan-out, the list of its members' results.
    static func result(of job: JobID, in database: Database) throws -> BlobReference? {
        let sql = """
            SELECT blob.digest, blob.size_bytes
            FROM job LEFT JOIN attempt ON attempt.job_id = job.id AND attempt.number = job.attempts
                JOIN blob ON blob.digest = coalesce(job.result_digest, attempt.result_digest)
            WHERE job.id = ?
            """
        return try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [job.description])?
            .blob("digest", size: "size_bytes")
    }

    static func missingBlobs(of references: [BlobReference], in database: Database) throws -> [BlobReference] {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM blob WHERE digest = ? AND size_bytes = ?")
        return try references.filter {
            try Int.fetchOne(statement, arguments: [$0.digest, $0.size.bytes]) == nil
        }
    }
}
