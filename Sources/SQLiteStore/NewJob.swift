import GRDB
import Model
import Planner
import Ports

/// A row that is about to be written.
struct NewJob {
    /// What all rows of one write have in common.
    struct Frame {
        let at: WallTime
        var generation: Int
        var root: Int64 = 0
        var parent: Int64?
        var hold: JobSummary.Flag?

        init(at time: WallTime, generation: Int = 1) { (at, self.generation) = (time, generation) }
    }

    let ordinal: Int64
    let id: JobID
    let kind: JobKind
    let frame: Frame
    var name: String?
    var position: Int?
    var spec: Int64?
    var memberDigest: String?
    var placement = Placement()
    var openNeeds = 0
    var notBefore: WallTime?
    var question: String?
    var each: NodeSpec.FanOut?
    var lineage: JobSummary.Lineage?

    init(_ ordinal: Int64, _ id: JobID, kind: JobKind, _ frame: Frame) {
        (self.ordinal, self.id, self.kind, self.frame) = (ordinal, id, kind, frame)
    }

    /// Where it begins.
    var state: JobState {
        switch kind {
        case .graph: .waiting
        case .job, .map, .approval:
            if openNeeds > 0 || notBefore.map({ $0 > frame.at }) == true {
                .pending
            } else {
                kind == .approval ? .waiting : .ready
            }
        }
    }
}

extension JobWriter {
    func nextOrdinal() throws -> Int64 { try (integer("SELECT max(ordinal) FROM job") ?? 0) + 1 }

    func insert(_ job: NewJob) throws {
        let state = job.state
        let isOpen = state == .ready || (state == .waiting && job.kind != .graph)
        let readyAt = isOpen && job.frame.hold == nil ? job.frame.at.milliseconds : nil
        var due: Int64?
        if state == .pending, job.openNeeds == 0 { due = job.notBefore?.milliseconds }
        if state == .ready, job.kind == .job, let readyAt, let spec = job.spec {
            due = try readyAt + shortestClock(of: spec)
        }
        try run(
            """
            INSERT INTO job (ordinal, id, kind, name, root, parent, position, state, spec, member_digest, queue, priority, key,
                key_limit, created_at_ms, not_before_ms, ready_at_ms, due_at_ms, open_needs, question, each, hold,
                lineage_kind, lineage_of, generation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                job.ordinal, job.id.description, job.kind.rawValue, job.name, job.frame.root, job.frame.parent,
                job.position,
                state.rawValue, job.spec, job.memberDigest, try queue(of: job.placement), job.placement.priority,
                job.placement.concurrency?.key, job.placement.concurrency?.limit, job.frame.at.milliseconds,
                job.notBefore?.milliseconds, readyAt, due, job.openNeeds, job.question,
                try job.each.map { try StoredJSON.text(of: $0) },
                try job.frame.hold.map { try StoredJSON.text(of: $0) },
                job.lineage?.kind.rawValue, job.lineage?.of.description, job.frame.generation,
            ])
    }

    /// The row of a queue, made if there is none.
    func queue(of placement: Placement) throws -> Int64 {
        let queue = QueueID(project: placement.project, queue: placement.queue)
        if let known = queues[queue] { return known }
        let find = "SELECT ordinal FROM queue WHERE project = ? AND name = ?"
        let ordinal: Int64
        if let found = try integer(find, [queue.project, queue.queue]) {
            ordinal = found
        } else {
            try run(
                "INSERT INTO queue (project, name, weight, job_limit) VALUES (?, ?, ?, ?)",
                [queue.project, queue.queue, queueDefaults.weight, queueDefaults.limit])
            ordinal = database.lastInsertedRowID
        }
        queues[queue] = ordinal
        return ordinal
    }

    /// The first of the clocks that count for a job from when it is ready, in milliseconds.
    private func shortestClock(of spec: Int64) throws -> Int64 {
        if let known = clocks[spec] { return known }
        guard let found = try integer("SELECT min(queue_ms, total_ms) FROM spec WHERE ordinal = ?", [spec]) else {
            throw StoreError.corrupt(detail: "spec \(spec) is named, but not there")
        }
        clocks[spec] = found
        return found
    }

    /// The row of a spec, made if no job has run the same.
    func ordinal(of spec: PreparedSpec) throws -> Int64 {
        if let found = try integer("SELECT ordinal FROM spec WHERE digest = ?", [spec.digest]) { return found }
        try run(PreparedSpec.insert, spec.arguments)
        let ordinal = database.lastInsertedRowID
        for blob in spec.blobs {
            guard try integer("SELECT 1 FROM blob WHERE digest = ?", [blob]) != nil else {
                throw StoreError.notFound("blob \(blob)")
            }
            try run("INSERT INTO spec_blob (spec, digest) VALUES (?, ?) ON CONFLICT DO NOTHING", [ordinal, blob])
        }
        return ordinal
    }
}
