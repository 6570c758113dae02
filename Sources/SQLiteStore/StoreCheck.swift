import GRDB
import Model
import Ports

/// Compares what the database holds with what it must hold; the sums that writes keep are counted anew.
package enum StoreCheck {
    /// More are not told.
    package static let mostFaults = 100

    /// - Parameter pragmas: what has to be in force on the connection.
    static func faults(in database: Database, pragmas: [Pragma] = Pragma.writer) throws -> [String] {
        var faults = try basicFaults(in: database)
        do {
            try Pragma.verify(pragmas, on: database)
        } catch let error as StoreError {
            faults.append(error.message)
        }
        for (sentence, sql) in invariants {
            guard faults.count < mostFaults else { break }
            let rows = try String.fetchAll(database, sql: "\(sql) LIMIT \(mostFaults - faults.count)")
            faults += rows.map { "\(sentence): \($0)" }
        }
        return Array(faults.prefix(mostFaults))
    }

    /// What SQLite itself can say.
    static func basicFaults(in database: Database) throws -> [String] {
        let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(mostFaults))").filter {
            $0 != "ok"
        }
        let keys = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(mostFaults).map { row in
            "row \(row[1] as Int64? ?? 0) of \(row[0] as String? ?? "a table") names what is not there"
        }
        return integrity + keys
    }

    /// Each gives the ids of the jobs of which the sentence is true; there must be none.
    private static let invariants: [(sentence: String, sql: String)] = [
        (
            "the count of open needs is wrong",
            """
            SELECT id FROM job WHERE finished_at_ms IS NULL AND (kind IN ('job', 'approval') OR kind = 'map' AND state <> 'waiting')
                AND open_needs <> (SELECT count(*) FROM job_edge WHERE child = job.ordinal AND is_met IS NULL)
            """
        ),
        (
            "the count of open children is wrong",
            """
            SELECT id FROM job WHERE kind = 'graph' AND finished_at_ms IS NULL
                AND open_needs <> (SELECT count(*) FROM job AS c
                    WHERE c.root = job.ordinal AND c.ordinal <> job.ordinal AND c.finished_at_ms IS NULL)
            """
        ),
        (
            "the count of open members is wrong",
            """
            SELECT id FROM job WHERE kind = 'map' AND state = 'waiting'
                AND open_needs <> (SELECT count(*) FROM job AS c
                    WHERE c.parent = job.ordinal AND c.parent IS NOT NULL AND c.parent <> c.root AND c.finished_at_ms IS NULL)
            """
        ),
        (
            "it has ended, but a need on it is not settled",
            """
            SELECT DISTINCT p.id FROM job_edge JOIN job AS p ON p.ordinal = job_edge.parent
            WHERE is_met IS NULL AND p.finished_at_ms IS NOT NULL
            """
        ),
        (
            "a need on it is settled, but it has not ended",
            """
            SELECT DISTINCT p.id FROM job_edge JOIN job AS p ON p.ordinal = job_edge.parent
            WHERE is_met IS NOT NULL AND p.finished_at_ms IS NULL
            """
        ),
        (
            "it could begin, but is pending, and no time will move it",
            "SELECT id FROM job WHERE state = 'pending' AND open_needs = 0 AND due_at_ms IS NULL"
        ),
        (
            "its events have gaps",
            """
            SELECT id FROM job JOIN (
                SELECT root AS r, count(*) AS amount, min(sequence) AS first, max(sequence) AS last FROM event GROUP BY root
            ) ON r = job.ordinal
            -- One without its first event is being taken away.
            WHERE amount <> last AND first = 1
            """
        ),
        (
            "its final state and its time differ",
            """
            SELECT id FROM job WHERE (finished_at_ms IS NULL) <> (state IN (
                'pending', 'waiting', 'ready', 'leased', 'running', 'stopping', 'finalizing', 'retrying'))
            """
        ),
        (
            "its state and its newest attempt do not belong together",
            """
            SELECT id FROM job WHERE (state IN ('leased', 'running', 'stopping', 'finalizing'))
                <> EXISTS (SELECT 1 FROM attempt WHERE job_id = job.id AND attempt.finished_at_ms IS NULL)
            """
        ),
        (
            "the count of its attempts is wrong",
            "SELECT id FROM job WHERE attempts <> (SELECT count(*) FROM attempt WHERE job_id = job.id)"
        ),
    ]
}
