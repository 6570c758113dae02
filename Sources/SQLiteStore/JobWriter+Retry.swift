import GRDB
import Model
import Ports

extension JobWriter {
    /// Makes jobs again, and with them what was skipped because of them.
    func retry(_ id: JobID, ids: any IDSource, by actor: String, at time: WallTime) throws -> JobID {
        let job = try job(id)
        guard job.state.isTerminal, job.state != .succeeded, job.state != .skipped else {
            throw StoreError.illegalState(id: id.description, state: job.state, action: "retried")
        }
        if let successor = try text(
            "SELECT s.id FROM job JOIN job AS s ON s.ordinal = job.successor WHERE job.ordinal = ?", [job.ordinal])
        {
            throw StoreError.conflict(
                id: id.description, expected: "the newest of its kind", found: "followed by \(successor)")
        }
        if let parent = job.parent, try self.job(at: parent).kind == .map {
            throw StoreError.illegalState(
                id: id.description, state: job.state, action: "retried by itself: its fan-out can be")
        }
        let old = job.kind == .graph ? try unsuccessfulNodes(of: job) : try [job] + skippedAfter([job.ordinal])
        guard !old.isEmpty else {
            throw StoreError.illegalState(id: id.description, state: job.state, action: "retried: all of it succeeded")
        }
        let root = try job.root == job.ordinal ? job : self.job(at: job.root)
        var plan = Remake(frame: NewJob.Frame(at: time), isNewRoot: root.state.isTerminal)
        plan.next = try nextOrdinal()
        if plan.isNewRoot {
            if root.kind == .graph {
                try remakeRoot(root, count: old.count, &plan, ids)
            } else {
                plan.frame.root = plan.next
            }
        } else {
            plan.frame.root = root.ordinal
            if root.kind == .graph {
                plan.frame.hold = try hold(of: root.ordinal)
                try run("UPDATE job SET open_needs = open_needs + ? WHERE ordinal = ?", [old.count, root.ordinal])
            }
        }
        for old in old { try remake(old, under: root, &plan, ids) }
        try run("UPDATE job SET attention = NULL WHERE ordinal = ?", [job.ordinal])
        try addEvent("retried", of: job, at: time, actor: actor)
        if plan.isNewRoot {
            let own = try self.job(at: plan.frame.root)
            try addEvent("submitted", of: own, at: time, state: own.state, actor: actor)
        } else if let made = plan.made[job.ordinal] {
            try addEvent("made_again", of: self.job(at: made), at: time, actor: actor)
        }
        try remakeNeeds(old, plan, at: time)
        let made = job.kind == .graph ? plan.frame.root : plan.made[job.ordinal]
        guard let made else { throw StoreError.corrupt(detail: "job \(id) was not made again") }
        return try self.job(at: made).id
    }

    /// What is made, and for what.
    private struct Remake {
        var frame: NewJob.Frame
        let isNewRoot: Bool
        var next: Int64 = 0
        /// The new job for each old one.
        var made: [Int64: Int64] = [:]
    }

    /// A row with its queue.
    static let details = """
        SELECT job.*, queue.project, queue.name AS queue_name FROM job JOIN queue ON queue.ordinal = job.queue WHERE job.ordinal = ?
        """

    private func remakeRoot(_ root: StoredJob, count: Int, _ plan: inout Remake, _ ids: any IDSource) throws {
        plan.frame.root = plan.next
        var new = try copy(of: root, plan.next, ids.makeJobID(), &plan.frame)
        new.openNeeds = count
        try insert(new)
        plan.frame.parent = plan.next
        plan.next += 1
    }

    private func remake(_ old: StoredJob, under root: StoredJob, _ plan: inout Remake, _ ids: any IDSource) throws {
        if !plan.isNewRoot {
            plan.frame.parent = old.parent
        } else if root.kind != .graph {
            plan.frame.parent = plan.made.isEmpty ? nil : plan.frame.root
        }
        var new = try copy(of: old, plan.next, ids.makeJobID(), &plan.frame)
        new.openNeeds = try Int(integer("SELECT count(*) FROM job_edge WHERE child = ?", [old.ordinal]) ?? 0)
        try insert(new)
        if !plan.isNewRoot { try run("UPDATE job SET successor = ? WHERE ordinal = ?", [plan.next, old.ordinal]) }
        plan.made[old.ordinal] = plan.next
        plan.next += 1
    }

    private func copy(of old: StoredJob, _ ordinal: Int64, _ id: JobID, _ frame: inout NewJob.Frame) throws -> NewJob {
        guard let row = try row(Self.details, [old.ordinal]) else { throw StoreError.notFound(old.id.description) }
        frame.generation = try row.decode(Int.self, forColumn: "generation") + 1
        var new = NewJob(ordinal, id, kind: old.kind, frame)
        (new.name, new.spec) = (old.name, try row.decode(forColumn: "spec"))
        new.memberDigest = try row.decode(forColumn: "member_digest")
        new.question = try row.decode(forColumn: "question")
        new.each = try row.decode(String?.self, forColumn: "each").map { try StoredJSON.value($0, in: "a list") }
        new.placement = try Placement(row)
        new.lineage = .init(.retry, of: old.id)
        return new
    }

    /// Needs between what is made again stand between the new rows; those on others point at the old ones, and are settled at once
    /// if these have ended.
    private func remakeNeeds(_ old: [StoredJob], _ plan: Remake, at time: WallTime) throws {
        var ended: [Int64: EndedJob] = [:]
        for old in old {
            guard let child = plan.made[old.ordinal] else { continue }
            for edge in try rows("SELECT parent, outcome, condition FROM job_edge WHERE child = ?", [old.ordinal]) {
                let parent: Int64 = try edge.decode(forColumn: "parent")
                try insertNeed(of: child, on: plan.made[parent] ?? parent, Need.Outcome(edge))
                guard plan.made[parent] == nil, ended[parent] == nil else { continue }
                let needed = try job(at: parent)
                if needed.state.isTerminal { ended[parent] = EndedJob(needed, state: needed.state) }
            }
        }
        try settle(ended.values.sorted { $0.ordinal < $1.ordinal }, at: time, isNew: false)
    }

    /// The skipped jobs that these lead to, over skipped ones alone, in the order of acceptance.
    private func skippedAfter(_ first: [Int64]) throws -> [StoredJob] {
        var found: [Int64: StoredJob] = [:]
        var work = first
        while let parent = work.popLast() {
            let sql =
                StoredJob.select + """
                     JOIN job_edge ON job_edge.child = job.ordinal
                    WHERE job_edge.parent = ? AND job.state = 'skipped' AND job.successor IS NULL
                        -- What was handed in by itself is not made again with what it came after.
                        AND job.root = (SELECT root FROM job AS p WHERE p.ordinal = job_edge.parent)
                    """
            for row in try rows(sql, [parent]) {
                let job = try StoredJob(row)
                if found.updateValue(job, forKey: job.ordinal) == nil { work.append(job.ordinal) }
            }
        }
        return found.values.sorted { $0.ordinal < $1.ordinal }
    }

    /// Everything of a graph that ended without success, but for what nobody made it come to: jobs that were skipped because of one
    /// that succeeded stay as they are.
    private func unsuccessfulNodes(of graph: StoredJob) throws -> [StoredJob] {
        let sql =
            StoredJob.select + """
                 WHERE root = ?1 AND job.ordinal <> ?1 AND successor IS NULL
                    AND state IN ('failed', 'timed_out', 'oom_killed', 'errored', 'denied', 'cancelled')
                    AND (parent = root OR (SELECT kind FROM job AS p WHERE p.ordinal = job.parent) <> 'map')
                """
        let failed = try rows(sql, [graph.ordinal]).map(StoredJob.init)
        let skipped = try skippedAfter(failed.map(\.ordinal))
        return (failed + skipped).sorted { $0.ordinal < $1.ordinal }
    }
}

extension Placement {
    /// From the columns `project`, `queue_name`, `priority`, `key` and `key_limit`.
    init(_ row: Row) throws {
        self.init(
            project: try row.decode(forColumn: "project"), queue: try row.decode(forColumn: "queue_name"),
            priority: try row.decode(forColumn: "priority"))
        if let key: String = try row.decode(forColumn: "key") {
            concurrency = Concurrency(key: key, limit: try row.decode(forColumn: "key_limit"))
        }
    }
}
