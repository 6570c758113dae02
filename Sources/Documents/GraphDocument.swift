package import Model

/// Jobs and what they need of each other, or a plain list of jobs, as a document asks for them.
package struct GraphDocument: Sendable {
    /// The keys of a graph or list.
    package enum Key: String, Sendable, CaseIterable {
        case kind, name, project, queue, priority
        case idempotencyKey = "idempotency_key"
        case hold, defaults, jobs
    }

    /// The keys of a node beside those of a job.
    package enum NodeKey: String, Sendable, CaseIterable { case needs, each, approval }
    /// The keys of `each`.
    package enum EachKey: String, Sendable, CaseIterable { case from, list, limit }

    package static let kind = "graph"
    package static let listKind = "list"
    /// The key of a job's name in a list.
    package static let nameKey = "name"
    /// Keys of a job that its nodes have, too.
    package static let nodeKeys: [JobDocument.Key] = [
        .image, .command, .files, .stdin, .env, .profile, .limits, .outputPolicy, .artifacts, .changes, .egress,
        .effect,
        .retry, .queue, .priority, .concurrency, .delay, .notBefore,
    ]
    /// Keys of a job that its nodes can have in common.
    package static let defaultKeys: [JobDocument.Key] = nodeKeys.filter { ![.command, .stdin].contains($0) }
    /// Keys of a job that an approval, which runs nothing, has as well.
    package static let approvalKeys: [JobDocument.Key] = [.queue, .priority, .delay, .notBefore]
    /// Bytes of a graph's name, and of the question of an approval.
    package static let longestName = 200
    package static let longestQuestion = 1000

    /// One node.
    package struct Node: Sendable {
        package let name: String
        package let kind: JobKind
        /// What it runs, with the graph's defaults; of an approval, only where it stands.
        package let job: JobDocument
        /// In the order of the document; those that files and `each` bring along come last.
        package let needs: [Need]
        package let question: String?
        package let each: NodeSpec.FanOut?
        package let pointer: DocumentPointer
        package let position: DocumentPosition
        /// Where each of ``needs`` stands.
        let needPositions: [DocumentPosition]
    }

    /// The document's name, as it was given.
    package let name: String
    /// Whether it is a graph, and not a list.
    package let isGraph: Bool
    /// The graph's own name, for people.
    package internal(set) var title: String?
    package internal(set) var project: String?
    package internal(set) var queue: String?
    package internal(set) var priority: Int?
    package internal(set) var isHeld: Bool?
    package internal(set) var idempotencyKey: String?
    package internal(set) var nodes: [Node] = []

    init(name: String, isGraph: Bool) { (self.name, self.isGraph) = (name, isGraph) }

    /// The different things that its nodes run, and for each node the index of its own among them.
    package var works: (jobs: [JobDocument], indexes: [Int?]) {
        var (jobs, indexes): ([JobDocument], [JobDocument.Work: Int]) = ([], [:])
        let ofNodes: [Int?] = nodes.map { node in
            guard node.kind != .approval else { return nil }
            let work = node.job.work
            if let index = indexes[work] { return index }
            indexes[work] = jobs.count
            jobs.append(node.job)
            return jobs.count - 1
        }
        return (jobs, ofNodes)
    }

    /// What is handed in.
    ///
    /// - Parameters:
    ///   - specs: one for each of the jobs of ``works``.
    ///   - indexes: those of ``works``.
    package func submission(specs: [JobSpec], indexes: [Int?]) -> Submission {
        let root = Placement(
            project: project ?? Placement.defaultName, queue: queue ?? Placement.defaultName, priority: priority ?? 0)
        let nodes = zip(nodes, indexes).map { node, index in
            var placement = root
            if let queue = node.job.queue { placement.queue = queue }
            if let priority = node.job.priority { placement.priority = priority }
            placement.concurrency = node.kind == .approval ? nil : node.job.concurrency
            var made = NodeSpec(
                name: node.name, kind: node.kind, spec: index, needs: node.needs, placement: placement,
                question: node.question, each: node.each)
            node.job.delay(&made)
            return made
        }
        return Submission(
            name: title, nodes: nodes, specs: specs, isGraph: true, idempotencyKey: idempotencyKey,
            isHeld: isHeld ?? false, placement: root)
    }

    /// A mistake of one node that only shows later, told with its place.
    package func mistake(of node: Node, _ problem: String, remedy: String?) -> DocumentMistake {
        DocumentMistake(
            .documentInvalid, document: name, position: node.position, pointer: node.pointer, problem: problem,
            remedy: remedy)
    }
}
