import GRDB
import Model
import Planner
import Ports

// What people ask for: each call leaves an event with who did it.

extension JobWriter {
    func hold(_ id: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime) throws {
        let job = try openJob(id, action: flag == nil ? "released" : "held")
        let text = try flag.map { try StoredJSON.text(of: $0) }
        let condition = flag == nil ? "hold IS NOT NULL" : "hold IS NULL"
        for job in try nodes(of: job, where: condition) {
            // The clocks of what was never begun wait until it is let go: it could not begin.
            let isWaiting = job.attempts == 0 && job.state == .ready
            let readyAt = isWaiting ? (flag == nil ? time : nil) : job.readyAt
            let due =
                switch job.state {
                case .ready: job.deadline(readyAt: readyAt)?.at
                case .pending: job.openNeeds == 0 ? job.notBefore?.milliseconds : nil
                case .retrying: try integer("SELECT due_at_ms FROM job WHERE ordinal = ?", [job.ordinal])
                default: nil as Int64?
                }
            try run(
                "UPDATE job SET hold = ?, ready_at_ms = ?, due_at_ms = ? WHERE ordinal = ?",
                [text, readyAt?.milliseconds, due, job.ordinal])
        }
        try addEvent(flag == nil ? "released" : "held", of: job, at: time, actor: actor)
    }

    func setPriority(_ id: JobID, _ priority: Int, by actor: String, at time: WallTime) throws {
        let job = try openJob(id, action: "given another priority")
        guard Placement.priorities.contains(priority) else {
            throw ModelError.outOfRange(field: "priority", value: "\(priority)", allowed: "-100 to 100")
        }
        for job in try nodes(of: job, where: "priority <> \(priority)") {
            try run("UPDATE job SET priority = ? WHERE ordinal = ?", [priority, job.ordinal])
        }
        try addEvent("priority_set", of: job, at: time, actor: actor)
    }

    func decide(_ id: JobID, isApproved: Bool, _ flag: JobSummary.Flag) throws {
        let job = try job(id)
        guard job.kind == .approval, job.state == .waiting else {
            throw StoreError.illegalState(
                id: id.description, state: job.state, action: isApproved ? "approved" : "rejected")
        }
        let word = isApproved ? "approved" : "rejected"
        let why = flag.reason.isEmpty ? "." : ": \(flag.reason)"
        let ending = Ending(at: flag.at, reason: word, message: "It was \(word) by \(flag.actor)\(why)")
        let ended = try close(job, as: isApproved ? .succeeded : .denied, ending, event: word, actor: flag.actor)
        try settle([ended], at: flag.at)
    }

    func discard(_ id: JobID, by actor: String, at time: WallTime) throws {
        let job = try job(id)
        try run("UPDATE job SET attention = NULL WHERE ordinal = ? AND attention IS NOT NULL", [job.ordinal])
        guard database.changesCount == 1 else {
            throw StoreError.illegalState(id: id.description, state: job.state, action: "discarded: it needs nobody")
        }
        try addEvent("discarded", of: job, at: time, actor: actor)
    }

    /// Changes what is given, in one transaction with what it stays otherwise: two people who set a queue lose nothing.
    ///
    /// - Returns: how the queue is set now.
    func setQueue(_ id: QueueID, _ change: QueueChange, by actor: String, at time: WallTime) throws -> QueueRow {
        let placement = Placement(project: id.project, queue: id.queue)
        if let mistake = placement.mistakes.first { throw mistake }
        let (ordinal, setsLimit) = (try queue(of: placement), change.limit != nil)
        let set = try rows(
            """
            UPDATE queue SET weight = coalesce(?, weight), job_limit = iif(?, ?, job_limit), is_paused = coalesce(?, is_paused),
                changed_by = ?, changed_at_ms = ?
            WHERE ordinal = ?
            RETURNING *
            """,
            [change.weight, setsLimit, change.limit ?? nil, change.isPaused, actor, time.milliseconds, ordinal])
        return try QueueRow(set[0])
    }

    /// Gives what holds by default to the queues that nobody has set.
    func applyQueueDefaults() throws {
        try run(
            """
            UPDATE queue SET weight = ?1, job_limit = ?2
            WHERE changed_by IS NULL AND (weight IS NOT ?1 OR job_limit IS NOT ?2)
            """, [queueDefaults.weight, queueDefaults.limit])
    }

    private func openJob(_ id: JobID, action: String) throws -> StoredJob {
        let job = try job(id)
        guard !job.state.isTerminal else {
            throw StoreError.illegalState(id: id.description, state: job.state, action: action)
        }
        return job
    }

    /// The job, and of a graph or fan-out what stands under it, as far as it has not ended.
    private func nodes(of job: StoredJob, where condition: String) throws -> [StoredJob] {
        let isMeant =
            switch job.kind {
            case .graph: "root = ?1"
            case .map: "(job.ordinal = ?1 OR parent = ?1 AND parent IS NOT NULL AND parent <> root)"
            case .job, .approval: "job.ordinal = ?1"
            }
        let sql = "\(StoredJob.select) WHERE \(isMeant) AND finished_at_ms IS NULL AND \(condition)"
        return try rows(sql, [job.ordinal]).map(StoredJob.init)
    }
}
