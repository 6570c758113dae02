import Model

/// Settlement as one would do it on paper: after every end, everything is worked out anew from the needs.
struct SettlementModel {
    struct Node {
        var needs: [Need]
        var state = JobState.pending
    }

    private(set) var nodes: [String: Node] = [:]
    private let order: [String]

    init(_ specs: [NodeSpec]) {
        order = specs.map(\.name)
        for spec in specs { nodes[spec.name] = Node(needs: spec.needs) }
        workOut()
    }

    var ready: [String] { order.filter { nodes[$0]?.state == .ready } }
    var states: [String: JobState] { nodes.mapValues(\.state) }

    mutating func end(_ name: String, _ state: JobState) {
        nodes[name]?.state = state
        workOut()
    }

    /// A whole graph is cancelled: everything that has not ended, as nothing here has a sandbox.
    mutating func cancelAll() {
        for name in order where nodes[name]?.state.isTerminal == false { nodes[name]?.state = .cancelled }
    }

    private func isMet(_ need: Need) -> Bool? {
        guard let state = nodes[need.node]?.state, state.isTerminal else { return nil }
        return switch need.on {
        case .ok: state == .succeeded
        case .fail: ![.succeeded, .skipped, .cancelled].contains(state)
        case .any: true
        case .skipped: state == .skipped
        case .when(let word): ![.skipped, .cancelled, .denied].contains(state) && word == state.rawValue
        }
    }

    private mutating func workOut() {
        var isStable = false
        while !isStable {
            isStable = true
            for name in order {
                guard let node = nodes[name], node.state == .pending else { continue }
                let met = node.needs.map(isMet)
                if met.contains(false) {
                    nodes[name]?.state = .skipped
                } else if met.allSatisfy({ $0 == true }) {
                    nodes[name]?.state = .ready
                } else {
                    continue
                }
                isStable = false
            }
        }
    }

    /// `nil` while a node has not ended.
    func root(isCancelled: Bool) -> JobState? {
        guard nodes.values.allSatisfy(\.state.isTerminal) else { return nil }
        if isCancelled { return .cancelled }
        let isFailed = nodes.contains { name, node in
            guard ![.succeeded, .skipped].contains(node.state) else { return false }
            return !nodes.values.contains { other in
                other.state != .skipped && other.needs.contains { $0.node == name && isMet($0) == true }
            }
        }
        return isFailed ? .failed : .succeeded
    }
}
