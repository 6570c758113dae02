import Model

/// Reads the nodes of a graph or a list.
struct GraphReader {
    /// What is wrong with a condition in which these names stand for values, or `nil`.
    typealias ConditionCheck = SubmissionDocument.ConditionCheck

    var checker: DocumentChecker
    var graph: GraphDocument
    private let checkCondition: ConditionCheck
    private var defaults: JobDocument

    private static let keys = GraphDocument.Key.allCases.map(\.rawValue)
    private static let nodeKeys =
        GraphDocument.NodeKey.allCases.map(\.rawValue) + GraphDocument.nodeKeys.map(\.rawValue)
    private static let itemKeys = [GraphDocument.nameKey] + GraphDocument.nodeKeys.map(\.rawValue)
    private static let jobKeys = Set(GraphDocument.nodeKeys)
    private static let ofTheWhole: Set<JobDocument.Key> = [.project, .hold, .idempotencyKey]

    init(document: String, isGraph: Bool, checker: DocumentChecker, checkCondition: @escaping ConditionCheck) {
        (self.checker, self.checkCondition) = (checker, checkCondition)
        graph = GraphDocument(name: document, isGraph: isGraph)
        defaults = JobDocument(name: document)
    }

    // MARK: The graph

    mutating func read(_ members: [DocumentNode.Member], _ position: DocumentPosition) {
        // The defaults may stand behind the nodes.
        for member in members where member.key == GraphDocument.Key.defaults.rawValue {
            readDefaults(member.node, .root.member(member.key))
        }
        for member in members {
            let pointer = DocumentPointer.root.member(member.key)
            guard let key = GraphDocument.Key(rawValue: member.key) else {
                checker.failUnknown(member, .root, known: Self.keys)
                continue
            }
            let node = member.node
            switch key {
            case .kind, .defaults: break
            case .name: graph.title = checker.text(node, pointer, atMost: GraphDocument.longestName)
            case .project: graph.project = checker.placeName(node, pointer)
            case .queue: graph.queue = checker.placeName(node, pointer)
            case .priority: graph.priority = checker.integer(node, pointer, in: Placement.priorities)
            case .idempotencyKey: graph.idempotencyKey = checker.text(node, pointer, atMost: 200)
            case .hold: graph.isHeld = checker.bool(node, pointer)
            case .jobs: readJobs(node, pointer)
            }
        }
        if !members.contains(where: { $0.key == GraphDocument.Key.jobs.rawValue }) {
            checker.fail(.root, position, "has no jobs", remedy: "Write them under jobs:, each with a name of its own.")
        }
    }

    /// Reads the jobs, a map by name in a graph, a list in a list, and looks at how they need each other.
    mutating func readJobs(_ node: DocumentNode, _ pointer: DocumentPointer) {
        if graph.isGraph {
            guard let members = checker.map(node, pointer) else { return }
            guard check(count: members.count, node, pointer) else { return }
            graph.nodes.reserveCapacity(members.count)
            for member in members { readNode(member, pointer.member(member.key)) }
        } else {
            guard let items = checker.list(node, pointer), check(count: items.count, node, pointer) else { return }
            graph.nodes.reserveCapacity(items.count)
            for (index, item) in items.enumerated() { readItem(item, index, pointer.item(index)) }
        }
        var order = GraphOrderCheck(graph.nodes, in: graph.name)
        order.run(&checker)
    }

    private mutating func check(count: Int, _ node: DocumentNode, _ pointer: DocumentPointer) -> Bool {
        if (1...Submission.mostNodes).contains(count) { return true }
        checker.fail(
            pointer, node.position, "has \(count) jobs, but must have 1 to \(Submission.mostNodes)",
            remedy: count == 0 ? "Write at least one job." : "Part it into several graphs.")
        return false
    }

    private mutating func readDefaults(_ node: DocumentNode, _ pointer: DocumentPointer) {
        guard let members = checker.map(node, pointer) else { return }
        let known = GraphDocument.defaultKeys
        for member in members {
            guard let key = JobDocument.Key(rawValue: member.key), known.contains(key) else {
                checker.failUnknown(member, pointer, known: known.map(\.rawValue))
                continue
            }
            defaults.read(key, member.node, pointer.member(member.key), &checker)
        }
        defaults.checkTogether(&checker)
    }

    // MARK: One node

    private mutating func readItem(_ item: DocumentNode, _ index: Int, _ pointer: DocumentPointer) {
        guard let members = checker.map(item, pointer) else { return }
        var name = "\(index + 1)"
        var job = defaults
        (job.pointer, job.place) = (pointer, item.position)
        for member in members {
            let place = pointer.member(member.key)
            if member.key == GraphDocument.nameKey {
                name = checker.placeName(member.node, place) ?? name
            } else if GraphDocument.NodeKey(rawValue: member.key) != nil {
                checker.fail(
                    place, member.keyPosition, "is only known in a graph",
                    remedy: "Write kind: graph, with the jobs as a map by their names.")
            } else {
                readJobKey(member, pointer, &job, known: Self.itemKeys)
            }
        }
        finish(&job, item.position)
        add(
            .init(
                name: name, kind: .job, job: job, needs: [], question: nil, each: nil, pointer: pointer,
                position: item.position, needPositions: []))
    }

    private mutating func readNode(_ entry: DocumentNode.Member, _ pointer: DocumentPointer) {
        if !Placement.isName(entry.key) {
            checker.fail(
                pointer, entry.keyPosition, "is no name for a node", remedy: "Write \(Placement.nameForm).")
        }
        guard let members = checker.map(entry.node, pointer) else { return }
        var job = defaults
        (job.pointer, job.place) = (pointer, entry.keyPosition)
        var needs = Needs()
        var (question, each): (String?, NodeSpec.FanOut?) = (nil, nil)
        let isApproval = members.contains { $0.key == GraphDocument.NodeKey.approval.rawValue }
        if isApproval { job.references = [] }
        for member in members {
            let place = pointer.member(member.key)
            switch GraphDocument.NodeKey(rawValue: member.key) {
            case .needs: readNeeds(member.node, place, &needs)
            case .approval: question = checker.text(member.node, place, atMost: GraphDocument.longestQuestion)
            case .each where isApproval: failApproval(member, place)
            case .each: each = readEach(member.node, place, &needs)
            case nil:
                if isApproval, let key = JobDocument.Key(rawValue: member.key), Self.jobKeys.contains(key),
                    !GraphDocument.approvalKeys.contains(key)
                {
                    failApproval(member, place)
                } else {
                    readJobKey(member, pointer, &job, known: Self.nodeKeys)
                }
            }
        }
        if !isApproval { finish(&job, entry.keyPosition) }
        for reference in job.references { needs.addImplied(reference.reference.node, reference.position) }
        let hasEach = members.contains { $0.key == GraphDocument.NodeKey.each.rawValue }
        add(
            .init(
                name: entry.key, kind: isApproval ? .approval : hasEach ? .map : .job, job: job, needs: needs.needs,
                question: question, each: each, pointer: pointer, position: entry.keyPosition,
                needPositions: needs.positions))
    }

    private mutating func add(_ node: GraphDocument.Node) { graph.nodes.append(node) }

    private mutating func failApproval(_ member: DocumentNode.Member, _ pointer: DocumentPointer) {
        checker.fail(
            pointer, member.keyPosition, "does not go with approval, which runs nothing",
            remedy: "Leave it out, or make the job another node that needs this one.")
    }

    private mutating func readJobKey(
        _ member: DocumentNode.Member, _ parent: DocumentPointer, _ job: inout JobDocument, known: [String]
    ) {
        let pointer = parent.member(member.key)
        let key = JobDocument.Key(rawValue: member.key)
        if let key, Self.jobKeys.contains(key) {
            job.read(key, member.node, pointer, &checker, isNode: graph.isGraph)
        } else if key == .kind {
            checker.check(member.node, pointer, isOneOf: [JobDocument.kind])
        } else if let key, Self.ofTheWhole.contains(key) {
            checker.fail(
                pointer, member.keyPosition, "belongs to the whole, not to one job",
                remedy: "Write it beside jobs.")
        } else {
            checker.failUnknown(
                member, parent, known: known, later: JobDocument.laterKeys.contains(member.key))
        }
    }

    /// What a job of a graph must have: nobody is asked for it later.
    private mutating func finish(_ job: inout JobDocument, _ position: DocumentPosition) {
        for (key, isThere) in [(JobDocument.Key.image, job.image != nil), (.command, job.command != nil)] {
            guard !isThere, job.position(of: key) == nil else { continue }
            checker.fail(
                job.pointer, position, "has no \(key.rawValue)",
                remedy: key == .image ? "Write image: here or under defaults." : "Write command: here.")
        }
        job.checkTogether(&checker)
    }

    // MARK: Needs

    /// The needs of one node, each with its place.
    private struct Needs {
        var needs: [Need] = []
        var positions: [DocumentPosition] = []

        mutating func add(_ need: Need, _ position: DocumentPosition) {
            needs.append(need)
            positions.append(position)
        }

        /// A need that goes without saying.
        mutating func addImplied(_ node: String, _ position: DocumentPosition) {
            if !needs.contains(where: { $0.node == node }) { add(Need(node: node), position) }
        }
    }

    private mutating func readNeeds(_ node: DocumentNode, _ pointer: DocumentPointer, _ needs: inout Needs) {
        switch node.value {
        case .list(let items):
            for (index, item) in items.enumerated() {
                guard let name = checker.string(item, pointer.item(index)) else { continue }
                needs.add(Need(node: name), item.position)
            }
        case .map(let members):
            for member in members {
                guard let outcome = readOutcome(member.node, pointer.member(member.key)) else { continue }
                needs.add(Need(node: member.key, on: outcome), member.keyPosition)
            }
        default:
            guard let name = checker.string(node, pointer) else { return }
            needs.add(Need(node: name), node.position)
        }
    }

    private mutating func readOutcome(_ node: DocumentNode, _ pointer: DocumentPointer) -> Need.Outcome? {
        guard case .map(let members) = node.value else {
            let words = ["ok", "fail", "any", "skipped"]
            return checker.check(node, pointer, isOneOf: words).flatMap { Need.Outcome.words[$0] }
        }
        guard members.count == 1, let member = members.first, member.key == "when" else {
            checker.fail(
                pointer, node.position, "is a map, but not {when: CONDITION}",
                remedy: "Write ok, fail, any, skipped, or {when: \"result['score'] > 0.5\"}.")
            return nil
        }
        let place = pointer.member(member.key)
        return condition(member.node, place, names: ["result", "state", "exit_code"]).map { .when($0) }
    }

    private mutating func condition(_ node: DocumentNode, _ pointer: DocumentPointer, names: [String]) -> String? {
        guard let text = checker.filledString(node, pointer) else { return nil }
        guard let (problem, remedy) = checkCondition(text, names) else { return text }
        checker.fail(pointer, node.position, problem, remedy: remedy)
        return nil
    }

    private mutating func readEach(_ node: DocumentNode, _ pointer: DocumentPointer, _ needs: inout Needs)
        -> NodeSpec.FanOut?
    {
        typealias Key = GraphDocument.EachKey
        guard let members = checker.members(node, pointer, Key.self) else { return nil }
        guard let fromNode = members[.from] else {
            checker.fail(
                pointer, node.position, "does not say whose list is meant",
                remedy: "Write each: {from: NODE}, or {from: NODE, list: \"result['files']\", limit: 100}.")
            return nil
        }
        let from = checker.placeName(fromNode, pointer.member(Key.from.rawValue))
        let list = members[.list].map { condition($0, pointer.member(Key.list.rawValue), names: ["result"]) }
        let limit = members[.limit].map {
            checker.integer($0, pointer.member(Key.limit.rawValue), in: 1...NodeSpec.FanOut.mostMembers)
        }
        guard let from else { return nil }
        needs.addImplied(from, fromNode.position)
        return NodeSpec.FanOut(
            node: from, list: list ?? nil, limit: (limit ?? nil) ?? NodeSpec.FanOut.mostMembers)
    }
}
