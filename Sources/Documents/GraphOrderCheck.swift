import Model

/// Looks at how the nodes of a graph need each other: names that do not exist, circles, depth.
struct GraphOrderCheck {
    private let nodes: [GraphDocument.Node]
    private let document: String
    private var indexes: [String: Int] = [:]

    /// Names that a guess is made from.
    private static let mostNames = 1000

    init(_ nodes: [GraphDocument.Node], in document: String) { (self.nodes, self.document) = (nodes, document) }

    mutating func run(_ checker: inout DocumentChecker) {
        indexes.reserveCapacity(nodes.count)
        for (index, node) in nodes.enumerated() {
            guard let first = indexes.updateValue(index, forKey: node.name) else { continue }
            checker.fail(
                node.pointer, node.position,
                "has the name \(node.name), which the job at line \(nodes[first].position.line) has",
                remedy: "Give each job a name of its own.")
        }
        var areKnown = true
        for node in nodes where !checkNeeds(of: node, &checker) { areKnown = false }
        guard areKnown else { return }
        let order = GraphOrder(needs: nodes.map { $0.needs.compactMap { indexes[$0.node] } })
        if let circle = order.circle, let first = circle.first {
            let node = nodes[first]
            let way = GraphOrder.text(circle.map { nodes[$0].name })
            checker.fail(
                node.pointer.member(GraphDocument.NodeKey.needs.rawValue), node.needPositions.first ?? node.position,
                "leads in a circle: \(way) (each arrow is a need)", remedy: "Take one of these needs out.")
        } else if order.depth > Submission.mostDepth, let first = nodes.first {
            checker.fail(
                .root.member(GraphDocument.Key.jobs.rawValue), first.position,
                "is \(order.depth) jobs deep, but at most \(Submission.mostDepth) may follow one another",
                remedy: "Let more jobs run beside each other, or part the graph.")
        }
    }

    /// Whether every need of a node is another node, named once.
    private func checkNeeds(of node: GraphDocument.Node, _ checker: inout DocumentChecker) -> Bool {
        var isRight = true
        let pointer = node.pointer.member(GraphDocument.NodeKey.needs.rawValue)
        for (index, need) in node.needs.enumerated() {
            let position = node.needPositions[index]
            let shown = DocumentMistake.shown(need.node)
            if indexes[need.node] == nil {
                let names = indexes.keys.prefix(Self.mostNames)
                let guess = checker.guesses ? Spelling.nearest(to: need.node, among: names) : nil
                checker.fail(
                    pointer, position, "names \"\(shown)\", which is no job of this graph",
                    remedy: guess.map { "Did you mean \($0)?" } ?? "Name a job that stands under jobs.")
                isRight = false
            } else if node.needs[..<index].contains(where: { $0.node == need.node }) {
                checker.fail(pointer, position, "names \"\(shown)\" twice", remedy: "Keep one of the two.")
                isRight = false
            }
        }
        return isRight
    }
}
