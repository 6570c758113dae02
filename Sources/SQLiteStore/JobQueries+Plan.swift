import GRDB
import Model
import Planner
import Ports

extension JobQueries {
    static let liveRows = """
        WITH live(ordinal, is_starting, is_lending, left_by) AS MATERIALIZED (
            SELECT ordinal, state = 'leased', is_lending, NULL FROM job INDEXED BY job_live
            WHERE state IN ('leased', 'running', 'stopping', 'finalizing')
            UNION ALL
            SELECT job.ordinal, 0, 0, attempt.number FROM sandbox INDEXED BY sandbox_live
                CROSS JOIN attempt ON attempt.job_id = sandbox.job_id AND attempt.number = sandbox.attempt
                CROSS JOIN job ON job.id = sandbox.job_id
            WHERE sandbox.removed_at_ms IS NULL AND attempt.finished_at_ms IS NOT NULL
        )
        SELECT live.*, job.id, job.key, q.project, q.name AS queue_name, s.milli_cpus, s.memory_bytes
        FROM live CROSS JOIN job ON job.ordinal = live.ordinal
            CROSS JOIN queue AS q ON q.ordinal = job.queue CROSS JOIN spec AS s ON s.ordinal = job.spec
        """

    static let nextDue = "SELECT min(due_at_ms) FROM job INDEXED BY job_due WHERE due_at_ms IS NOT NULL"
    private static let hasFanOuts = """
        SELECT EXISTS (SELECT 1 FROM job INDEXED BY job_expand WHERE state = 'ready' AND kind = 'map' AND hold IS NULL)
        """

    /// What makes a row one of those that may begin, as the indexes have it.
    private static let isReady = "state = 'ready' AND kind = 'job' AND hold IS NULL"

    /// The queues that have ready jobs, from one on: from each to the next in the index, however many jobs lie between them.
    static let readyQueues = """
        WITH RECURSIVE found(queue) AS (
            SELECT min(queue) FROM job INDEXED BY job_ready WHERE \(isReady) AND queue > ?1
            UNION ALL
            SELECT (SELECT min(job.queue) FROM job INDEXED BY job_ready WHERE \(isReady) AND job.queue > found.queue)
            FROM found WHERE found.queue IS NOT NULL
            LIMIT ?2
        )
        SELECT queue.* FROM found CROSS JOIN queue ON queue.ordinal = found.queue
        """

    /// How many of the jobs that are at work have each key; sandboxes that were left are the planner's to count.
    private static let taken = """
        taken(taken_key, amount) AS MATERIALIZED (
            SELECT key, count(*) FROM job INDEXED BY job_live
            WHERE state IN ('leased', 'running', 'stopping', 'finalizing') AND key IS NOT NULL GROUP BY key
        )
        """

    private static let readyColumns = """
        SELECT job.id, job.priority, job.root, job.ordinal, job.key, job.key_limit, s.milli_cpus, s.memory_bytes
        FROM first CROSS JOIN job ON job.ordinal = first.ordinal CROSS JOIN spec AS s ON s.ordinal = job.spec
        """

    /// The first ready jobs of a queue whose key is not full: what is passed over is read from the index alone, and is bounded.
    static let readyRows = """
        WITH \(taken), first(ordinal) AS MATERIALIZED (
            SELECT ordinal FROM (
                SELECT ordinal, key, key_limit FROM job INDEXED BY job_ready
                WHERE \(isReady) AND queue = ?1 ORDER BY priority DESC, root, ordinal LIMIT ?3)
            WHERE key IS NULL OR NOT EXISTS (SELECT 1 FROM taken WHERE taken_key = key AND amount >= key_limit)
            LIMIT ?2
        )
        \(readyColumns)
        """

    /// Whether a queue has more than so many ready jobs.
    static let hasMoreReady = """
        SELECT 1 FROM job INDEXED BY job_ready WHERE \(isReady) AND queue = ?1
        ORDER BY priority DESC, root, ordinal LIMIT 1 OFFSET ?2
        """

    /// For a queue whose first jobs all have full keys: its first jobs without a key, and of each key that is not full the first job.
    static let readyRowsBehindFullKeys = """
        WITH RECURSIVE \(taken), keys(key) AS (
            SELECT min(key) FROM job INDEXED BY job_ready_key WHERE \(isReady) AND queue = ?1 AND key IS NOT NULL
            UNION ALL
            SELECT (SELECT min(job.key) FROM job INDEXED BY job_ready_key
                WHERE \(isReady) AND queue = ?1 AND job.key > keys.key)
            FROM keys WHERE keys.key IS NOT NULL
            LIMIT ?3
        ), heads(ordinal) AS (
            SELECT (SELECT ordinal FROM job INDEXED BY job_ready_key
                WHERE \(isReady) AND queue = ?1 AND job.key = keys.key ORDER BY priority DESC, root, ordinal LIMIT 1)
            FROM keys WHERE keys.key IS NOT NULL
        ), first(ordinal) AS MATERIALIZED (
            SELECT ordinal FROM (
                SELECT ordinal FROM job INDEXED BY job_ready_key
                WHERE \(isReady) AND queue = ?1 AND key IS NULL ORDER BY priority DESC, root, ordinal LIMIT ?2)
            UNION ALL
            SELECT job.ordinal FROM heads CROSS JOIN job ON job.ordinal = heads.ordinal
            WHERE NOT EXISTS (SELECT 1 FROM taken WHERE taken_key = job.key AND amount >= job.key_limit)
        )
        \(readyColumns) ORDER BY job.priority DESC, job.root, job.ordinal LIMIT ?2
        """

    /// Ready jobs that are looked at for all queues together, those of full keys included; each queue's part is no less than what it may
    /// give, and no more than ``mostLookedAt``.
    private static let lookedAtInAll = 65_536
    private static let mostLookedAt = 1024

    /// What there is to plan with.
    ///
    /// - Parameter turn: the queue behind which to begin, for when there are more queues than can be seen at once.
    /// - Returns: with it, the next such queue.
    static func planRows(in database: Database, after turn: Int64 = 0) throws -> (rows: PlanRows, next: Int64) {
        var rows = PlanRows()
        rows.nextDue = try Int64.fetchOne(database.cachedStatement(sql: nextDue)).map { WallTime(milliseconds: $0) }
        rows.hasFanOuts = try Bool.fetchOne(database.cachedStatement(sql: hasFanOuts)) ?? false
        rows.live = try Row.fetchAll(database.cachedStatement(sql: liveRows)).map(LiveRow.init)
        let find = try database.cachedStatement(sql: readyQueues)
        var queues = try Row.fetchAll(find, arguments: [turn, PlanRows.readyInAll])
        var next = turn
        if queues.count == PlanRows.readyInAll {
            next = try queues.last?.decode(forColumn: "ordinal") ?? 0
        } else if turn > 0 {
            // Round to the first ones, and no further than to where this began.
            let first = try Row.fetchAll(find, arguments: [0, PlanRows.readyInAll - queues.count])
            queues += try first.filter { try $0.decode(Int64.self, forColumn: "ordinal") <= turn }
            next = queues.count == PlanRows.readyInAll ? try queues.last?.decode(forColumn: "ordinal") ?? 0 : 0
        }
        let perQueue = min(PlanRows.readyPerQueue, max(1, PlanRows.readyInAll / max(queues.count, 1)))
        let look = max(perQueue, min(mostLookedAt, lookedAtInAll / max(queues.count, 1)))
        for row in queues {
            let queue = try QueueRow(row)
            rows.queues.append(queue)
            guard !queue.isPaused else { continue }
            let found = try readyRows(of: row.decode(forColumn: "ordinal"), limit: perQueue, look: look, in: database)
            rows.ready += try found.map { try ReadyRow($0, queue: queue.id) }.sorted {
                ($1.priority, $0.root, $0.ordinal) < ($0.priority, $1.root, $1.ordinal)
            }
        }
        return (rows, next)
    }

    private static func readyRows(of queue: Int64, limit: Int, look: Int, in database: Database) throws -> [Row] {
        let first = try Row.fetchAll(database.cachedStatement(sql: readyRows), arguments: [queue, limit, look])
        guard first.count < limit,
            try Int.fetchOne(database.cachedStatement(sql: hasMoreReady), arguments: [queue, look]) != nil
        else { return first }
        // What was found is there again: a key's first job, or one without a key; of further jobs of these keys it is not the turn.
        return try Row.fetchAll(
            database.cachedStatement(sql: readyRowsBehindFullKeys), arguments: [queue, limit, look])
    }

    static let expansions = """
        SELECT job.id, job.each, giver.kind AS giver_kind,
            coalesce(giver.result_digest, attempt.result_digest) AS digest, blob.size_bytes
        FROM job INDEXED BY job_expand
            CROSS JOIN job_edge ON job_edge.child = job.ordinal
            CROSS JOIN job AS giver ON giver.ordinal = job_edge.parent
            LEFT JOIN attempt ON attempt.job_id = giver.id AND attempt.number = giver.attempts
            LEFT JOIN blob ON blob.digest = coalesce(giver.result_digest, attempt.result_digest)
        WHERE job.state = 'ready' AND job.kind = 'map' AND job.hold IS NULL AND giver.name = json_extract(job.each, '$.node')
        ORDER BY job.ordinal LIMIT ?
        """

    static func expansions(limit: Int, in database: Database) throws -> [Expansion] {
        try Row.fetchAll(database.cachedStatement(sql: expansions), arguments: [max(limit, 0)]).map { row in
            let id: String = try row.decode(forColumn: "id")
            guard let each: NodeSpec.FanOut = try row.document("each", in: "job \(id)") else {
                throw StoreError.corrupt(detail: "the fan-out \(id) has no list")
            }
            return Expansion(job: try JobID(id), each: each, result: try row.blob("digest", size: "size_bytes"))
        }
    }

    static func waitFacts(of job: JobID, in database: Database) throws -> WaitFacts {
        let summary = try summary(job.description, in: database)
        let sql = "SELECT * FROM queue WHERE project = ? AND name = ?"
        let place: StatementArguments = [summary.placement.project, summary.placement.queue]
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: place) else {
            throw StoreError.corrupt(detail: "the queue of job \(job) is not there")
        }
        let queue: Int64 = try row.decode(forColumn: "ordinal")
        var facts = WaitFacts(job: summary, queue: try QueueRow(row))
        facts.openNeeds = try openNeeds(of: job, in: database)
        let live =
            "SELECT count(*) FROM job INDEXED BY job_live WHERE state IN ('leased', 'running', 'stopping', 'finalizing')"
        func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
            try Int.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) ?? 0
        }
        facts.live = try count(live, [])
        facts.liveInQueue = try count(live + " AND queue = ?", [queue])
        if let key = summary.placement.concurrency?.key { facts.liveWithKey = try count(live + " AND key = ?", [key]) }
        guard summary.state == .ready, summary.kind == .job else { return facts }
        facts.before = try count(
            """
            SELECT count(*) FROM job INDEXED BY job_ready JOIN (SELECT priority, root, ordinal FROM job WHERE id = ?1) AS own
            WHERE job.state = 'ready' AND job.kind = 'job' AND job.hold IS NULL AND job.queue = ?2
                AND (-job.priority, job.root, job.ordinal) < (-own.priority, own.root, own.ordinal)
            """, [job.description, queue])
        return facts
    }

    static func queues(in database: Database) throws -> [QueueStatistics] {
        var statistics: [Int64: QueueStatistics] = [:]
        let queues = try Row.fetchAll(database, sql: "SELECT * FROM queue ORDER BY project, name")
        for row in queues { statistics[try row.decode(forColumn: "ordinal")] = QueueStatistics(try QueueRow(row)) }
        let counts =
            "SELECT state, queue, count(*) AS amount FROM job INDEXED BY job_open WHERE finished_at_ms IS NULL GROUP BY state, queue"
        for row in try Row.fetchAll(database, sql: counts) {
            statistics[try row.decode(forColumn: "queue")]?.counts[try row.word("state", in: "a queue")] =
                try row.decode(forColumn: "amount")
        }
        let oldest = """
            SELECT queue, min(ready_at_ms) AS ready_at_ms FROM job INDEXED BY job_open
            WHERE state = 'ready' AND finished_at_ms IS NULL GROUP BY queue
            """
        for row in try Row.fetchAll(database, sql: oldest) {
            statistics[try row.decode(forColumn: "queue")]?.oldestReady = try row.time("ready_at_ms")
        }
        let held =
            "SELECT queue, count(*) AS amount FROM job INDEXED BY job_held WHERE hold IS NOT NULL AND finished_at_ms IS NULL GROUP BY queue"
        for row in try Row.fetchAll(database, sql: held) {
            statistics[try row.decode(forColumn: "queue")]?.held = try row.decode(forColumn: "amount")
        }
        return statistics.values.sorted { $0.queue.id < $1.queue.id }
    }
}

extension QueueRow {
    init(_ row: Row) throws {
        self.init(
            QueueID(project: try row.decode(forColumn: "project"), queue: try row.decode(forColumn: "name")),
            weight: try row.decode(forColumn: "weight"), limit: try row.decode(forColumn: "job_limit"),
            isPaused: try row.decode(forColumn: "is_paused"))
    }
}

extension LiveRow {
    fileprivate init(_ row: Row) throws {
        let job = try JobID(row.decode(forColumn: "id"))
        let leftBy: Int? = try row.decode(forColumn: "left_by")
        self.init(
            job: job,
            queue: QueueID(
                project: try row.decode(forColumn: "project"), queue: try row.decode(forColumn: "queue_name")),
            key: try row.decode(forColumn: "key"), milliCPUs: try row.decode(forColumn: "milli_cpus"),
            memory: ByteCount(bytes: try row.decode(forColumn: "memory_bytes")),
            isStarting: try row.decode(forColumn: "is_starting"), lendsSlot: try row.decode(forColumn: "is_lending"),
            leftBy: leftBy.map { AttemptID(job: job, number: $0) })
    }
}

extension ReadyRow {
    fileprivate init(_ row: Row, queue: QueueID) throws {
        let key: String? = try row.decode(forColumn: "key")
        self.init(
            job: try JobID(row.decode(forColumn: "id")), queue: queue, priority: try row.decode(forColumn: "priority"),
            root: try row.decode(forColumn: "root"), ordinal: try row.decode(forColumn: "ordinal"),
            concurrency: try key.map { .init(key: $0, limit: try row.decode(forColumn: "key_limit")) },
            milliCPUs: try row.decode(forColumn: "milli_cpus"),
            memory: ByteCount(bytes: try row.decode(forColumn: "memory_bytes")))
    }
}
