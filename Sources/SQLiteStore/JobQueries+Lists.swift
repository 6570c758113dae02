import GRDB
import Model
import Ports

extension JobQueries {
    static func jobs(_ filter: JobFilter, limit: Int, before: Int64?, in database: Database) throws -> JobPage {
        let limit = min(max(limit, 0), Int(Int32.max))
        // Each state has its own place in an index: the newest of several states are merged from the newest of each.
        let states: [JobState?] = filter.states.isEmpty ? [nil] : filter.states.map { $0 }
        var rows: [Row] = []
        for state in states {
            let (sql, arguments) = list(filter, state: state, before: before)
            rows += try Row.fetchAll(
                database.cachedStatement(sql: sql), arguments: StatementArguments(arguments + [limit + 1]))
        }
        if states.count > 1 { try rows.sort { try ordinal($0) > ordinal($1) } }
        let isMore = rows.count > limit
        rows = Array(rows.prefix(limit))
        return JobPage(jobs: try rows.map(JobSummary.init), next: isMore ? try rows.last.map(ordinal) : nil)
    }

    private static func ordinal(_ row: Row) throws -> Int64 { try row.decode(forColumn: "ordinal") }

    /// How many jobs are meant, by state, in one statement.
    static func counts(_ filter: JobFilter, in database: Database) throws -> [JobState: Int] {
        var (terms, arguments) = conditions(filter)
        if !filter.states.isEmpty {
            let words = filter.states.map(\.rawValue).sorted()
            terms.append("job.state IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += words
        }
        var from = "job \(index(for: filter, state: nil))"
        if filter.project != nil || filter.queue != nil { from += " CROSS JOIN queue AS q ON q.ordinal = job.queue" }
        if filter.imageName != nil { from += " CROSS JOIN spec AS s ON s.ordinal = job.spec" }
        let sql = "SELECT job.state, count(*) AS amount FROM \(from)\(text(of: terms)) GROUP BY job.state"
        var counts: [JobState: Int] = [:]
        for row in try Row.fetchAll(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments)) {
            counts[try row.word("state", in: "a count")] = try row.decode(forColumn: "amount")
        }
        return counts
    }

    /// The statement for one state, or for all; the limit is its last argument.
    static func list(
        _ filter: JobFilter, state: JobState?, before: Int64?
    ) -> (sql: String, arguments: [(any DatabaseValueConvertible)?]) {
        var (terms, arguments) = conditions(filter)
        if let state {
            terms.append("job.state = ?")
            terms.append(state.isTerminal ? "job.finished_at_ms IS NOT NULL" : "job.finished_at_ms IS NULL")
            arguments.append(state.rawValue)
        }
        if let before {
            terms.append("job.ordinal < ?")
            arguments.append(before)
        }
        let select = JobSummary.select(from: "job \(index(for: filter, state: state))")
        return (select + text(of: terms) + " ORDER BY job.ordinal DESC LIMIT ?", arguments)
    }

    private static func text(of terms: [String]) -> String {
        terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
    }

    /// What a filter asks for, but for states.
    private static func conditions(
        _ filter: JobFilter
    ) -> (terms: [String], arguments: [(any DatabaseValueConvertible)?]) {
        var (terms, arguments): ([String], [(any DatabaseValueConvertible)?]) = ([], [])
        func add(_ term: String, _ values: (any DatabaseValueConvertible)?...) {
            terms.append(term)
            arguments += values
        }
        if let root = filter.root {
            add(
                "job.root = (SELECT ordinal FROM job WHERE id = ?) AND (job.ordinal <> job.root OR job.kind <> 'graph')",
                "\(root)")
        }
        if !filter.kinds.isEmpty {
            let words = filter.kinds.map(\.rawValue).sorted()
            terms.append("job.kind IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += words
        }
        if let project = filter.project { add("q.project = ?", project) }
        if let queue = filter.queue { add("q.name = ?", queue) }
        if let name = filter.name { add("job.name = ?", name) }
        if let image = filter.imageName { add("s.image_name = ?", image) }
        if let reason = filter.reason { add("job.reason = ?", reason) }
        if let since = filter.createdSince { add("job.created_at_ms >= ?", since.milliseconds) }
        if let before = filter.createdBefore { add("job.created_at_ms < ?", before.milliseconds) }
        if let needs = filter.needsAttention { terms.append("job.attention IS \(needs ? "NOT " : "")NULL") }
        if let isHeld = filter.isHeld { terms.append("job.hold IS \(isHeld ? "NOT " : "")NULL") }
        if filter.rootsOnly { terms.append("job.parent IS NULL") }
        return (terms, arguments)
    }

    /// What leads: said, as without statistics SQLite may take an index that has nothing to do with the question.
    private static func index(for filter: JobFilter, state: JobState?) -> String {
        if filter.root != nil { return "INDEXED BY job_root" }
        if filter.needsAttention == true { return "INDEXED BY job_attention" }
        if let state { return state.isTerminal ? "INDEXED BY job_ended" : "INDEXED BY job_open" }
        return filter.rootsOnly ? "INDEXED BY job_roots" : "NOT INDEXED"
    }

    static func tree(_ root: JobID, limit: Int, in database: Database) throws -> [JobSummary] {
        let ordinal = try rootOrdinal(of: root, in: database)
        let sql =
            "\(JobSummary.select(from: "job INDEXED BY job_root")) WHERE job.root = ? AND job.successor IS NULL ORDER BY job.ordinal LIMIT ?"
        return try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [ordinal, max(limit, 0)])
            .map(JobSummary.init)
    }

    private static let need = """
        SELECT c.id AS child_id, p.id AS parent_id, p.name AS parent_name, p.state AS parent_state, e.outcome, e.condition, e.is_met
        FROM job AS c CROSS JOIN job_edge AS e ON e.child = c.ordinal CROSS JOIN job AS p ON p.ordinal = e.parent
        """

    static func needs(in root: JobID, limit: Int, in database: Database) throws -> [NeedRecord] {
        let ordinal = try rootOrdinal(of: root, in: database)
        let sql = "\(need) WHERE c.root = ? ORDER BY c.ordinal, p.ordinal LIMIT ?"
        return try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [ordinal, max(limit, 0)])
            .map(NeedRecord.init)
    }

    /// The needs of one job that are not settled, at most ``WaitFacts/mostNeeds``.
    static func openNeeds(of job: JobID, in database: Database) throws -> [NeedRecord] {
        let sql = "\(need) WHERE c.id = ? AND e.is_met IS NULL ORDER BY p.ordinal LIMIT ?"
        return try Row.fetchAll(
            database.cachedStatement(sql: sql), arguments: [job.description, WaitFacts.mostNeeds]
        ).map(NeedRecord.init)
    }

    static func counts(in root: JobID, in database: Database) throws -> [JobState: Int] {
        let ordinal = try rootOrdinal(of: root, in: database)
        let sql =
            "SELECT state, count(*) AS amount FROM job WHERE root = ?1 AND ordinal <> ?1 AND successor IS NULL GROUP BY state"
        var counts: [JobState: Int] = [:]
        for row in try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [ordinal]) {
            counts[try row.word("state", in: "root \(root)")] = try row.decode(forColumn: "amount")
        }
        return counts
    }

    /// The ordinal of the root under which a job stands.
    static func rootOrdinal(of job: JobID, in database: Database) throws -> Int64 {
        let sql = "SELECT root FROM job WHERE id = ?"
        guard let root = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: [job.description]) else {
            throw StoreError.notFound(job.description)
        }
        return root
    }

    private static let event = """
        SELECT event.*, job.id FROM event CROSS JOIN job ON job.ordinal = event.job
        """

    static func events(of job: JobID, in database: Database) throws -> [EventRecord] {
        let sql = "SELECT ordinal, root FROM job WHERE id = ?"
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [job.description]) else {
            return []
        }
        let (ordinal, root): (Int64, Int64) = (try row.decode(forColumn: "ordinal"), try row.decode(forColumn: "root"))
        let condition = ordinal == root ? "event.root = ?" : "event.job = ?"
        let events = "\(event) WHERE \(condition) ORDER BY event.sequence"
        return try Row.fetchAll(database.cachedStatement(sql: events), arguments: [ordinal]).map(EventRecord.init)
    }

    static func events(after ordinal: Int64, limit: Int, in database: Database) throws -> [EventRecord] {
        let sql = "\(event) WHERE event.ordinal > ? ORDER BY event.ordinal LIMIT ?"
        return try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [ordinal, max(limit, 0)])
            .map(EventRecord.init)
    }
}

extension NeedRecord {
    fileprivate init(_ row: Row) throws {
        let child: String = try row.decode(forColumn: "child_id")
        self.init(
            child: try JobID(child), parent: try JobID(row.decode(forColumn: "parent_id")),
            parentName: try row.decode(forColumn: "parent_name"),
            parentState: try row.word("parent_state", in: "a need of job \(child)"), on: try Need.Outcome(row),
            isMet: try row.decode(forColumn: "is_met"))
    }
}
