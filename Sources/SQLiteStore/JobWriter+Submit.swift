import GRDB
import Model
import Ports

/// A submission with everything made that can be made outside of its transaction.
struct PreparedSubmission: Sendable {
    let acceptance: Acceptance
    let specs: [PreparedSpec]
    /// Of the submission, if it has an idempotency key.
    let digest: String?

    init(_ acceptance: Acceptance) throws(StoreError) {
        do {
            let submission = acceptance.submission
            specs = try submission.specs.map(PreparedSpec.init)
            digest = try submission.idempotencyKey.map { _ in
                try JobSpecDigest.of(text: StoredJSON.text(of: submission))
            }
            self.acceptance = acceptance
        } catch {
            throw .corrupt(detail: "a submission cannot be written as JSON: \(error)")
        }
    }
}

extension JobWriter {
    func keep(_ blob: Blob, at time: WallTime) throws {
        try add(blob)
        try run(
            "INSERT INTO staged_blob (digest, at_ms) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET at_ms = excluded.at_ms",
            [blob.reference.digest, time.milliseconds])
    }

    func submit(_ prepared: PreparedSubmission, inputs: [Blob]) throws -> SubmissionReceipt {
        let (acceptance, submission) = (prepared.acceptance, prepared.acceptance.submission)
        let project = submission.placement.project
        if let key = submission.idempotencyKey {
            let found = try row(
                """
                SELECT digest, job.id FROM idempotency AS i JOIN job ON job.ordinal = i.root WHERE i.project = ? AND i.key = ?
                """, [project, key])
            if let found {
                let root = try JobID(found.decode(forColumn: "id"))
                guard try found.decode(String.self, forColumn: "digest") == prepared.digest else {
                    throw StoreError.idempotencyConflict(key: key, job: root)
                }
                return SubmissionReceipt(root: root, isNew: false)
            }
        }
        guard acceptance.ids.count == submission.nodes.count + (submission.isGraph ? 1 : 0) else {
            throw StoreError.corrupt(detail: "\(acceptance.ids.count) ids for \(submission.nodes.count) nodes")
        }
        if let found = try text("SELECT state FROM job WHERE id = ?", [acceptance.root.description]) {
            throw StoreError.conflict(id: acceptance.root.description, expected: "new", found: found)
        }
        for blob in inputs { try add(blob) }
        let root = try insert(prepared)
        if let key = submission.idempotencyKey {
            try run(
                "INSERT INTO idempotency (project, key, digest, root, at_ms) VALUES (?, ?, ?, ?, ?)",
                [project, key, prepared.digest, root.ordinal, acceptance.at.milliseconds])
        }
        return SubmissionReceipt(root: root.id, isNew: true)
    }

    /// Writes the rows of a submission.
    ///
    /// - Returns: the root under which they stand.
    private func insert(_ prepared: PreparedSubmission) throws -> (ordinal: Int64, id: JobID) {
        let (acceptance, submission) = (prepared.acceptance, prepared.acceptance.submission)
        var frame = NewJob.Frame(at: acceptance.at, generation: acceptance.generation)
        if submission.isHeld { frame.hold = .init(actor: acceptance.actor, at: acceptance.at) }
        let specs = try prepared.specs.map { try ordinal(of: $0) }
        var next = try nextOrdinal()
        var ids = acceptance.ids[...]
        var root: (ordinal: Int64, id: JobID)
        if let adder = acceptance.parent {
            root = try addChildren(submission.nodes.count, to: adder, &frame)
            if submission.isGraph { ids = ids.dropFirst() }
            try addEvent("children_added", of: job(adder), at: acceptance.at, actor: acceptance.actor)
        } else {
            root = (next, acceptance.root)
            frame.root = next
            if submission.isGraph {
                var graph = NewJob(next, root.id, kind: .graph, frame)
                (graph.name, graph.placement, graph.openNeeds) = (
                    submission.name, submission.placement, submission.nodes.count
                )
                try insert(graph)
                (frame.parent, ids, next) = (next, ids.dropFirst(), next + 1)
            }
        }
        let first = next
        for (index, (node, id)) in zip(submission.nodes, ids).enumerated() {
            var job = NewJob(next, id, kind: node.kind, frame)
            (job.name, job.placement, job.question, job.each) = (node.name, node.placement, node.question, node.each)
            if !submission.isGraph, acceptance.parent == nil { job.name = submission.name }
            (job.spec, job.openNeeds, job.notBefore) = (node.spec.map { specs[$0] }, node.needs.count, node.notBefore)
            if node.needs.isEmpty { job.openNeeds = submission.after?.count ?? 0 }
            job.lineage = acceptance.lineage[index]
            // Counted from here, so that the same submission is the same whenever it comes.
            if let delay = node.delayMilliseconds { job.notBefore = acceptance.at.advanced(by: .milliseconds(delay)) }
            try insert(job)
            next += 1
        }
        if submission.nodes.contains(where: { !$0.needs.isEmpty }) {
            try insertNeeds(of: submission.nodes, from: first)
        }
        if acceptance.parent == nil {
            let state: JobState? = submission.isGraph ? .waiting : nil
            let own = try state ?? job(at: root.ordinal).state
            try addEvent(
                "submitted", of: root.ordinal, root: root.ordinal, at: acceptance.at, state: own,
                actor: acceptance.actor.isEmpty ? nil : acceptance.actor)
        }
        if let after = submission.after {
            let nodes = submission.nodes.enumerated().filter { $0.element.needs.isEmpty }
            try insertNeeds(of: nodes.map { first + Int64($0.offset) }, on: after, at: acceptance.at)
        }
        return root
    }

    /// Has new jobs need ones that are there already; those of them that have ended are settled at once.
    private func insertNeeds(of children: [Int64], on after: [JobNeed], at time: WallTime) throws {
        var ended: [EndedJob] = []
        for need in after {
            let parent = try job(need.job)
            for child in children { try insertNeed(of: child, on: parent.ordinal, need.on) }
            if parent.state.isTerminal { ended.append(EndedJob(parent, state: parent.state)) }
        }
        try settle(ended, at: time, isNew: false)
    }

    /// - Parameter first: the ordinal of the first node; those of the others follow.
    private func insertNeeds(of nodes: [NodeSpec], from first: Int64) throws {
        var ordinals: [String: Int64] = Dictionary(minimumCapacity: nodes.count)
        for (index, node) in nodes.enumerated() { ordinals[node.name] = first + Int64(index) }
        for (index, node) in nodes.enumerated() {
            for need in node.needs {
                guard let parent = ordinals[need.node] else { throw StoreError.notFound("node \(need.node)") }
                try insertNeed(of: first + Int64(index), on: parent, need.on)
            }
        }
    }

    func insertNeed(of child: Int64, on parent: Int64, _ need: Need.Outcome) throws {
        let (outcome, condition) = need.columns
        try run(
            "INSERT INTO job_edge (parent, child, outcome, condition) VALUES (?, ?, ?, ?)",
            [parent, child, outcome, condition])
    }

    /// Makes room for children of a job that is at work, under its root.
    private func addChildren(_ count: Int, to adder: JobID, _ frame: inout NewJob.Frame) throws -> (
        ordinal: Int64, id: JobID
    ) {
        let parent = try job(adder)
        guard !parent.state.isTerminal, parent.kind == .job, !parent.isCancelled else {
            throw StoreError.illegalState(id: adder.description, state: parent.state, action: "given children")
        }
        let root = try job(at: parent.root)
        (frame.root, frame.parent) = (root.ordinal, parent.ordinal)
        if root.kind == .graph {
            try run("UPDATE job SET open_needs = open_needs + ? WHERE ordinal = ?", [count, root.ordinal])
            if frame.hold == nil { frame.hold = try hold(of: root.ordinal) }
        }
        return (root.ordinal, root.id)
    }

    func hold(of ordinal: Int64) throws -> JobSummary.Flag? {
        try text("SELECT hold FROM job WHERE ordinal = ?", [ordinal]).map { try StoredJSON.value($0, in: "a hold") }
    }
}
