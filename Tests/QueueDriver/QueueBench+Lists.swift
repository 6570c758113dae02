import GRDB
import Model
import Ports
import SQLiteStore

extension QueueBench {
    /// Rows as a scheduler would have left them, made by one statement: to have them run would take hours.
    private func makeJobs(_ count: Int, state: String, others: String) throws {
        try store.writeNow { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO spec VALUES (1, 'sha256:d', '{}', 'shell', '["true"]', 'pure', 1000, 268435456, 3600000, 7200000);
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                    INSERT INTO job (ordinal, id, kind, root, state, spec, queue, created_at_ms, ready_at_ms, reason, message, \(others))
                    SELECT i, printf('%012d', i), 'job', i, \(state), 1, 1, 1000 + i, 1000 + i
                    """ + Self.rest[others, default: ""] + " FROM n")
        }
    }

    private static let ended = "attempts, tool_attempts, started_at_ms, finished_at_ms"
    private static let waiting = "due_at_ms"
    private static let rest = [
        ended: ", 'exit_status', 'The tool exited with status 0.', 1, 1, 1000 + i, 2000 + i",
        waiting: ", NULL, NULL, 9000000000000",
    ]

    /// The first page of 50, by filter: one in a hundred has failed.
    func list(jobs: Int) async throws -> [String: Double] {
        try makeJobs(jobs, state: "iif(i % 100 = 0, 'failed', 'succeeded')", others: Self.ended)
        var (failed, running, roots, elsewhere) = (JobFilter(), JobFilter(), JobFilter(), JobFilter())
        (failed.states, running.states, roots.rootsOnly) = ([.failed], [.running], true)
        elsewhere.name = "none has this name"
        var result: [String: Double] = ["jobs": Double(jobs)]
        let filters = [("all", JobFilter()), ("failed", failed), ("running", running), ("roots", roots)]
        for (name, filter) in filters + [("no match", elsewhere)] {
            var times: [Double] = []
            for _ in 0..<(name == "no match" ? 5 : 200) {
                times.append(
                    try await Self.seconds { _ = try await store.jobs(filter, limit: 50, before: nil) } * 1000)
            }
            result["\(name) p50_ms"] = Self.percentile(times, 0.5)
            result["\(name) p95_ms"] = Self.percentile(times, 0.95)
        }
        return result
    }

    func plan(jobs: Int) async throws -> [String: Double] {
        try makeJobs(jobs, state: "'ready'", others: Self.waiting)
        var times: [Double] = []
        for _ in 0..<200 { times.append(try await Self.seconds { _ = try await store.planRows() } * 1000) }
        return [
            "jobs": Double(jobs), "p50_ms": Self.percentile(times, 0.5), "p99_ms": Self.percentile(times, 0.99),
        ]
    }
}
