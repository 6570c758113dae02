extension Submission {
    /// Everything that is wrong with its shape, at most ``mostMistakes``: specs are looked at, conditions are not read.
    package var mistakes: [ModelError] {
        var mistakes: [ModelError] = []
        if !(1...Self.mostNodes).contains(nodes.count) {
            return [.outOfRange(field: "nodes", value: "\(nodes.count)", allowed: "1 to \(Self.mostNodes)")]
        }
        if !isGraph, nodes.count != 1 || nodes[0].kind != .job || !nodes[0].needs.isEmpty {
            mistakes.append(.malformed(field: "nodes", value: "\(nodes.count)", expected: "one job without needs"))
        }
        if let key = idempotencyKey, !(1...200).contains(key.utf8.count) {
            mistakes.append(
                .outOfRange(field: "idempotency_key", value: "\(key.utf8.count) bytes", allowed: "1 to 200 bytes"))
        }
        mistakes += placement.mistakes + afterMistakes
        for spec in specs where mistakes.count < Self.mostMistakes { mistakes += spec.mistakes }
        var indexes: [String: Int] = [:]
        for (index, node) in nodes.enumerated() where indexes.updateValue(index, forKey: node.name) != nil {
            mistakes.append(.malformed(field: "node", value: node.name, expected: "a name that no other node has"))
        }
        for node in nodes where mistakes.count < Self.mostMistakes {
            mistakes += self.mistakes(of: node, among: indexes)
        }
        guard mistakes.isEmpty else { return Array(mistakes.prefix(Self.mostMistakes)) }
        return orderMistakes(indexes)
    }

    /// More are not told at once.
    package static let mostMistakes = 50

    private var afterMistakes: [ModelError] {
        guard let after else { return [] }
        guard (1...Self.mostAfter).contains(after.count) else {
            return [.outOfRange(field: "after", value: "\(after.count) jobs", allowed: "1 to \(Self.mostAfter) jobs")]
        }
        var (seen, mistakes): (Set<JobID>, [ModelError]) = ([], [])
        for need in after {
            if !seen.insert(need.job).inserted {
                mistakes.append(.malformed(field: "after", value: "\(need.job)", expected: "given only once"))
            }
            if case .when = need.on {
                mistakes.append(.malformed(field: "after", value: "a condition", expected: JobNeed.outcomes))
            }
        }
        return mistakes
    }

    private func mistakes(of node: NodeSpec, among indexes: [String: Int]) -> [ModelError] {
        var mistakes = node.placement.mistakes
        if !Placement.isName(node.name) {
            mistakes.append(
                .malformed(field: "node", value: String(node.name.prefix(80)), expected: Placement.nameForm))
        }
        for need in node.needs where indexes[need.node] == nil {
            let guess = Spelling.nearest(to: need.node, among: indexes.keys.prefix(1000))
            mistakes.append(
                .malformed(
                    field: "needs of \(node.name)", value: need.node,
                    expected: guess.map { "a node of this graph (did you mean \($0)?)" } ?? "a node of this graph"))
        }
        let needed = Set(node.needs.map(\.node))
        if needed.count < node.needs.count {
            mistakes.append(.malformed(field: "needs of \(node.name)", value: "", expected: "each node only once"))
        }
        mistakes += kindMistakes(of: node, needed)
        if let delay = node.delayMilliseconds, !NodeSpec.delays.contains(delay) || node.notBefore != nil {
            let allowed = "0 to \(NodeSpec.delays.upperBound), without not_before_ms"
            mistakes.append(.outOfRange(field: "delay_ms of \(node.name)", value: "\(delay)", allowed: allowed))
        }
        let references = node.spec.flatMap { specs.indices.contains($0) ? specs[$0].files : nil } ?? []
        for reference in references.compactMap(\.reference) where !needed.contains(reference.node) {
            mistakes.append(
                .malformed(
                    field: "files of \(node.name)", value: reference.node, expected: "a node that \(node.name) needs"))
        }
        return mistakes
    }

    private func kindMistakes(of node: NodeSpec, _ needed: Set<String>) -> [ModelError] {
        func mistake(_ expected: String) -> [ModelError] {
            [.malformed(field: "node \(node.name)", value: node.kind.rawValue, expected: expected)]
        }
        let hasSpec = node.spec.map(specs.indices.contains)
        switch node.kind {
        case .graph: return mistake("job, approval or map")
        case .job: return hasSpec == true && node.each == nil ? [] : mistake("a job with a spec")
        case .approval: return hasSpec == nil && node.each == nil ? [] : mistake("an approval without a spec")
        case .map:
            guard hasSpec == true, let each = node.each else { return mistake("a map with a spec and a list") }
            if !(1...NodeSpec.FanOut.mostMembers).contains(each.limit) {
                let allowed = "1 to \(NodeSpec.FanOut.mostMembers)"
                return [.outOfRange(field: "each.limit of \(node.name)", value: "\(each.limit)", allowed: allowed)]
            }
            return needed.contains(each.node)
                ? [] : mistake("a map that needs the node \(each.node), whose list it takes")
        }
    }

    /// That the needs lead in a circle, with the circle, or too deep.
    private func orderMistakes(_ indexes: [String: Int]) -> [ModelError] {
        let order = GraphOrder(needs: nodes.map { $0.needs.compactMap { indexes[$0.node] } })
        if let circle = order.circle {
            let way = GraphOrder.text(circle.map { nodes[$0].name })
            return [.malformed(field: "needs", value: way, expected: "free of circles (each arrow is a need)")]
        }
        if order.depth > Self.mostDepth {
            return [
                .outOfRange(field: "depth of the graph", value: "\(order.depth)", allowed: "at most \(Self.mostDepth)")
            ]
        }
        return []
    }
}
