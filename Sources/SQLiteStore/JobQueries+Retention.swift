import GRDB
import Model
import Ports

extension JobQueries {
    static let endedRoots = "FROM job INDEXED BY job_retire WHERE parent IS NULL AND finished_at_ms IS NOT NULL"

    /// Counted first, so that only those that are too many are put in order.
    static func historyEnd(keeping count: Int, in database: Database) throws -> RetentionMark? {
        let all = try Int.fetchOne(database, sql: "SELECT count(*) \(endedRoots)") ?? 0
        guard all > max(count, 0) else { return nil }
        let last = "SELECT finished_at_ms, ordinal \(endedRoots) ORDER BY finished_at_ms, ordinal LIMIT 1 OFFSET ?"
        let row = try Row.fetchOne(database, sql: last, arguments: [all - max(count, 0) - 1])
        return try row.map {
            RetentionMark(
                endedAt: WallTime(milliseconds: try $0.decode(forColumn: "finished_at_ms")),
                ordinal: try $0.decode(forColumn: "ordinal"))
        }
    }

    static func attemptsWithSandboxes(in database: Database) throws -> Set<AttemptID> {
        let sql = "SELECT job_id, attempt FROM sandbox WHERE removed_at_ms IS NULL"
        let attempts = try Row.fetchAll(database, sql: sql).map {
            AttemptID(job: try JobID($0.decode(forColumn: "job_id")), number: try $0.decode(forColumn: "attempt"))
        }
        return Set(attempts)
    }
}
