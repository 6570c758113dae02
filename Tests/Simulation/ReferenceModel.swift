import Model
import Planner
import Ports

/// What has to hold of everything that any schedule brings about; it asks the scheduler for nothing.
package struct ReferenceModel {
    /// A job as it was asked for, and what is known of it.
    private struct Node {
        let row: JobSummary
        let spec: JobSpec?
        let needs: [(parent: Node.ID, on: Need.Outcome)]
        typealias ID = JobID
    }

    private let evidence: Evidence
    private var violations: [String] = []
    private var nodes: [JobID: Node] = [:]
    private var runs: [JobID: [SideEffectLedger.Run]] = [:]
    /// For each job, its events that moved it.
    private var moves: [JobID: [EventRecord]] = [:]

    private init(_ evidence: Evidence) {
        self.evidence = evidence
        runs = Dictionary(grouping: evidence.ledger.runs, by: \.attempt.job)
        for events in evidence.events.values {
            for event in events where event.state != nil { moves[event.job, default: []].append(event) }
        }
    }

    /// Everything that does not hold, as sentences that begin with the name of what was broken.
    package static func violations(of evidence: Evidence) -> [String] {
        var model = ReferenceModel(evidence)
        model.violations = evidence.faults
        for root in evidence.roots { model.checkSubmission(root) }
        for root in evidence.storedRoots.subtracting(evidence.roots.flatMap(\.receipts)) {
            model.note("I9 one submission, one root", "\(root) was not asked for, or for a second time")
        }
        for (root, events) in evidence.events { model.checkSequence(events, of: root) }
        for id in model.nodes.keys.sorted(by: { $0.description < $1.description }) {
            guard let node = model.nodes[id] else { continue }
            model.checkLife(node)
            model.checkRuns(node)
            model.checkNeeds(node)
        }
        model.checkLimits()
        for name in evidence.containersLeft { model.note("I4 no container is left", name) }
        return model.violations
    }

    private mutating func note(_ rule: String, _ what: String) { violations.append("\(rule): \(what)") }

    // MARK: I2, I9: what was accepted is there, once

    private mutating func checkSubmission(_ root: Evidence.Root) {
        guard let id = root.receipts.first else { return }
        if Set(root.receipts).count > 1 {
            note("I9 one key, one id", "\(root.receipts) for \(root.submission.idempotencyKey ?? "-")")
        }
        let rows = evidence.jobs[id] ?? []
        let submission = root.submission
        guard submission.isGraph else {
            guard let row = rows.first(where: { $0.id == id }) else {
                return note("I2 nothing is lost", "\(id) is not there")
            }
            nodes[id] = Node(row: row, spec: submission.specs.first, needs: [])
            // Jobs that it handed in itself.
            for row in rows where row.id != id { nodes[row.id] = Node(row: row, spec: nil, needs: []) }
            return
        }
        let top = rows.filter { $0.parent == id }
        let byName = Dictionary(top.map { ($0.name ?? "", $0) }, uniquingKeysWith: { first, _ in first })
        for node in submission.nodes {
            guard let row = byName[node.name] else {
                note("I2 nothing is lost", "\(id) lacks \(node.name)")
                continue
            }
            let needs = node.needs.compactMap { need in byName[need.node].map { (parent: $0.id, on: need.on) } }
            nodes[row.id] = Node(row: row, spec: node.spec.map { submission.specs[$0] }, needs: needs)
            if node.kind == .map {
                checkMembers(of: row, node, among: rows, submission, list: byName[node.each?.node ?? ""])
            }
        }
        if let row = rows.first(where: { $0.id == id }) {
            nodes[id] = Node(row: row, spec: nil, needs: [])
            checkIsLast(row, of: rows.filter { $0.id != id })
        }
    }

    /// A fan-out has become one job for each member of its list, or was never begun.
    private mutating func checkMembers(
        of map: JobSummary, _ node: NodeSpec, among rows: [JobSummary], _ submission: Submission, list: JobSummary?
    ) {
        let members = rows.filter { $0.parent == map.id }
        for member in members {
            nodes[member.id] = Node(row: member, spec: node.spec.map { submission.specs[$0] }, needs: [])
        }
        let wasExpanded = moves[map.id]?.contains { $0.state == .waiting } ?? false
        let length = list.flatMap {
            resultLength(
                of: $0, spec: submission.nodes.first { $0.name == node.each?.node }?.spec.map { submission.specs[$0] })
        }
        if wasExpanded || map.state == .succeeded {
            if members.count != length {
                note("fan-out", "\(map.id) has \(members.count) members, its list \(length.map(String.init) ?? "none")")
            }
        } else if !members.isEmpty {
            note("fan-out", "\(map.id) was not expanded, and has \(members.count) members")
        }
        checkIsLast(map, of: members)
    }

    private mutating func checkIsLast(_ group: JobSummary, of members: [JobSummary]) {
        guard let end = end(of: group.id) else { return }
        for member in members {
            guard let own = self.end(of: member.id), own.ordinal < end.ordinal else {
                note("a group ends last", "\(group.id) has ended before \(member.id)")
                continue
            }
        }
    }

    private func end(of job: JobID) -> EventRecord? { moves[job]?.last { $0.state?.isTerminal == true } }

    /// Members of the list that a job left as its result.
    private func resultLength(of job: JobSummary, spec: JobSpec?) -> Int? {
        guard job.state == .succeeded, let spec, let script = ToolScript(command: spec.command),
            let run = runs[job.id]?.last(where: { $0.record == .succeeded }),
            let result = script.act(of: run.attempt.number).result
        else { return nil }
        return result == "[]" ? 0 : result.split(separator: ",").count
    }

    // MARK: I1, I5, I6: one end, which stays; no gaps; allowed ways

    private mutating func checkSequence(_ events: [EventRecord], of root: JobID) {
        let sequences = events.map(\.sequence)
        if sequences != Array(sequences.indices.map { $0 + 1 }) { note("I6 no gaps", "\(root): \(sequences)") }
    }

    private mutating func checkLife(_ node: Node) {
        let (id, moves) = (node.row.id, moves[node.row.id] ?? [])
        let path = moves.compactMap(\.state)
        let way = path.map(\.rawValue).joined(separator: " → ")
        for (from, to) in zip(path, path.dropFirst()) where !from.allows(to) {
            note("I6 allowed ways", "\(id): \(from.rawValue) → \(to.rawValue) in \(way)")
        }
        let ends = path.filter(\.isTerminal).count
        if !node.row.state.isTerminal {
            note(
                "I14 everything comes to an end",
                "\(id) (\(node.row.kind.rawValue)) is \(node.row.state.rawValue): \(way)")
        } else if ends != 1 || path.last != node.row.state {
            note("I1 one end", "\(id) is \(node.row.state.rawValue): \(way)")
        }
        if let seen = evidence.seen[id], seen != node.row.state {
            note("I5 an end stays", "\(id) was \(seen.rawValue) and is \(node.row.state.rawValue)")
        }
    }

    // MARK: I3, I8: what tools did

    private mutating func checkRuns(_ node: Node) {
        let (id, runs) = (node.row.id, runs[node.row.id] ?? [])
        if Set(runs.map(\.attempt)).count < runs.count {
            note("I3 one start an attempt", "\(id): \(runs.map(\.attempt.number))")
        }
        for (earlier, later) in zip(runs, runs.dropFirst()) where earlier.end.map({ $0 > later.start }) ?? true {
            note("I3 one run at a time", "\(id): attempts \(earlier.attempt.number) and \(later.attempt.number)")
        }
        if node.spec?.effect == .once, runs.count > 1 { note("I8 once", "\(id) was started \(runs.count) times") }
        // What a tool said of its success is kept or was never heard; it is not done again.
        if let policy = node.spec?.retry, node.row.toolAttempts > policy.attempts {
            note("retries", "\(id) had \(node.row.toolAttempts) of \(policy.attempts)")
        }
        if node.row.kind == .job, node.row.state == .succeeded, runs.last?.record != .succeeded {
            note(
                "a result is never invented",
                "\(id) is succeeded, its tool \(runs.last?.record?.rawValue ?? "never ran to its end")")
        }
        let leased = Set((moves[id] ?? []).filter { $0.state == .leased }.compactMap(\.attempt))
        for run in runs where !leased.contains(run.attempt.number) {
            note("intent before effect", "\(run.attempt) ran without a lease")
        }
    }

    // MARK: I7: needs

    private mutating func checkNeeds(_ node: Node) {
        let (id, row) = (node.row.id, node.row)
        var isMet = true
        for need in node.needs {
            guard let parent = nodes[need.parent], let end = end(of: need.parent) else { continue }
            let held = holds(need.on, of: parent)
            isMet = isMet && held
            if let lease = moves[id]?.first(where: { $0.state == .leased }), lease.ordinal < end.ordinal || !held {
                note("I7 needs first", "\(id) was begun, its need \(need.parent) is \(parent.row.state.rawValue)")
            }
            if need.on == .ok, let start = runs[id]?.first?.start, let last = runs[need.parent]?.last?.end, last > start
            {
                note("I7 needs first", "\(id) ran beside \(need.parent)")
            }
        }
        guard row.state.isTerminal else { return }
        if isMet, row.state == .skipped { note("settlement", "\(id) was skipped, though its needs are met") }
        if !isMet, ![.skipped, .cancelled, .timedOut].contains(row.state) {
            note("settlement", "\(id) is \(row.state.rawValue), though its needs are not met")
        }
    }

    private func holds(_ need: Need.Outcome, of parent: Node) -> Bool {
        if let known = need.isMet(by: parent.row.state) { return known }
        guard case .when(let source) = need, let meaning = GraphGenerator.conditions[source] else { return false }
        return meaning(parent.row.state, resultLength(of: parent.row, spec: parent.spec))
    }

    // MARK: Limits, at every instant

    private mutating func checkLimits() {
        var inUse: [String: Int] = [:]
        let limits = Dictionary(evidence.queues.map { ($0.id, $0.limit) }, uniquingKeysWith: { first, _ in first })
        var instants: [(time: Duration, isStart: Bool, run: SideEffectLedger.Run)] = []
        for run in evidence.ledger.runs {
            instants.append((run.start, true, run))
            if let end = run.end { instants.append((end, false, run)) }
        }
        // What ends at an instant makes room for what starts at it, but no run ends before it starts.
        instants.sort {
            ($0.time, $0.isStart && $0.run.end != $0.time ? 1 : 0) < (
                $1.time, $1.isStart && $1.run.end != $1.time ? 1 : 0
            )
        }
        for (time, isStart, run) in instants {
            // Who waits for a job of its own lends its place, and may have to go on before it is free again.
            guard let node = nodes[run.attempt.job], node.spec?.command.contains("parent:0") != true else { continue }
            let placement = node.row.placement
            let queue = QueueID(project: placement.project, queue: placement.queue)
            var places = [("slots", evidence.slots)]
            if let limit = limits[queue].flatMap(\.self) {
                places.append(("queue \(queue.project)/\(queue.queue)", limit))
            }
            if let key = placement.concurrency { places.append(("key \(key.key)", key.limit)) }
            for (name, limit) in places {
                inUse[name, default: 0] += isStart ? 1 : -1
                guard isStart, inUse[name, default: 0] > limit, run.end != run.start else { continue }
                note(
                    "limits",
                    "\(inUse[name, default: 0]) of \(limit) at \(name) with \(run.attempt), after \(time.shortText)")
            }
        }
    }
}
