/// What is handed in at once, one job or a graph of them: it is accepted whole or not at all.
package struct Submission: Sendable, Hashable, Codable {
    /// For people; of a graph alone.
    package var name: String?
    /// 1 to ``mostNodes``; exactly one if this is no graph.
    package var nodes: [NodeSpec]
    /// What the nodes run: many nodes may share one.
    package var specs: [JobSpec]
    /// Whether there is a root of its own, under which the nodes stand: a list is a graph without edges.
    package var isGraph: Bool
    /// Handing in the same again under the same key gives the same id; something else under it is an error.
    ///
    /// Range: 1 to 200 bytes.
    package var idempotencyKey: String?
    /// Whether nothing of it begins before it is released.
    package var isHeld: Bool
    /// Where the root of a graph stands.
    package var placement: Placement
    /// Jobs that are there already and have to end before this begins: nodes that need no other node wait for all of them.
    ///
    /// Range: `nil`, or 1 to ``mostAfter``, each job once. They lead in no circle: what is there cannot need what is not.
    package var after: [JobNeed]?

    package static let mostNodes = 200_000
    /// Nodes on the longest way through a graph.
    package static let mostDepth = 10_000
    package static let mostAfter = 100

    package init(
        name: String? = nil, nodes: [NodeSpec], specs: [JobSpec], isGraph: Bool, idempotencyKey: String? = nil,
        isHeld: Bool = false, placement: Placement = Placement()
    ) {
        (self.name, self.nodes, self.specs, self.isGraph) = (name, nodes, specs, isGraph)
        (self.idempotencyKey, self.isHeld, self.placement) = (idempotencyKey, isHeld, placement)
    }

    /// One job alone.
    package init(_ spec: JobSpec, placement: Placement = Placement()) {
        self.init(
            nodes: [NodeSpec(name: "job", spec: 0, placement: placement)], specs: [spec], isGraph: false,
            placement: placement)
    }

    enum CodingKeys: String, CodingKey {
        case name, nodes, specs
        case isGraph = "is_graph"
        case idempotencyKey = "idempotency_key"
        case isHeld = "is_held"
        case placement, after
    }
}

/// One node of a graph.
package struct NodeSpec: Sendable, Hashable, Codable {
    /// Unique in its graph; the form of ``Placement/isName(_:)``.
    package var name: String
    package var kind: JobKind
    /// Which of ``Submission/specs`` it runs: of a `job`, and of a `map` for each of its children.
    package var spec: Int?
    package var needs: [Need]
    package var placement: Placement
    /// It does not begin before this time.
    package var notBefore: WallTime?
    /// It does not begin before so much time has passed since it was accepted; not beside ``notBefore``.
    package var delayMilliseconds: Int64?
    /// What an `approval` asks, for people: up to 1,000 bytes.
    package var question: String?
    /// Of a `map`: the list that it fans out over.
    package var each: FanOut?

    package init(
        name: String, kind: JobKind = .job, spec: Int? = nil, needs: [Need] = [], placement: Placement = Placement(),
        notBefore: WallTime? = nil, question: String? = nil, each: FanOut? = nil
    ) {
        (self.name, self.kind, self.spec, self.needs) = (name, kind, spec, needs)
        (self.placement, self.notBefore, self.question, self.each) = (placement, notBefore, question, each)
    }

    enum CodingKeys: String, CodingKey {
        case name, kind, spec, needs, placement, question, each
        case notBefore = "not_before_ms"
        case delayMilliseconds = "delay_ms"
    }

    /// 0 ms to a year.
    package static let delays = Int64(0)...365 * 86_400_000

    package struct FanOut: Sendable, Hashable, Codable {
        /// A node that this one needs.
        package var node: String
        /// A condition's expression over `result`, which must give a list; without one the result is the list.
        package var list: String?
        /// Members at most, 1 to ``mostMembers``: a longer list is an error, not cut.
        package var limit: Int

        package static let mostMembers = 10_000
        /// The file in `/work` in which a child finds its member of the list, as JSON.
        package static let memberFile = "item.json"

        package init(node: String, list: String? = nil, limit: Int = mostMembers) {
            (self.node, self.list, self.limit) = (node, list, limit)
        }
    }
}
