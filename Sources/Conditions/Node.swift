/// A part of an expression, and where it stands.
struct Node: Sendable {
    enum Operator: String, CaseIterable, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "**"
    }

    enum Comparison: String, CaseIterable, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isIn = "in"
        case isNotIn = "not in"
        /// With `None`, `True` or `False` on the right.
        case isSame = "is"
        case isNotSame = "is not"
    }

    /// One `for … in … if …` of a comprehension.
    struct Clause: Sendable {
        /// More than one take an element apart.
        let variables: [String]
        let source: Node
        var tests: [Node] = []
    }

    indirect enum Kind: Sendable {
        case literal(ConditionValue)
        case name(String)
        case list([Node])
        case tuple([Node])
        case dict([(key: Node, value: Node)])
        case comprehension(Node, [Clause])
        /// Only ever the one argument of a function.
        case generator(Node, [Clause])
        case attribute(Node, [Unicode.Scalar])
        case subscripted(Node, Node)
        /// From, up to, by.
        case slice(Node, Node?, Node?, Node?)
        case negative(Node)
        case positive(Node)
        case not(Node)
        case binary(Operator, Node, Node)
        case compare(Node, [(Comparison, Node)])
        case and([Node])
        case or([Node])
        case choice(test: Node, then: Node, otherwise: Node)
        case call(Function, [Node])
        case method(Node, Method, [Node])
    }

    let kind: Kind
    /// Of its operator, bracket or first character, in Unicode scalars.
    let offset: Int
    /// Parts within each other, itself included.
    let depth: Int

    /// - Throws: ``Fault`` if it would be too deep.
    init(_ kind: Kind, at offset: Int, over parts: [Node] = []) throws(Fault) {
        (self.kind, self.offset) = (kind, offset)
        depth = (parts.lazy.map(\.depth).max() ?? 0) + 1
        if depth > Condition.maxDepth { throw .tooDeep(at: offset) }
    }
}

extension Fault {
    static func tooDeep(at offset: Int) -> Fault {
        let detail = "more than \(Condition.maxDepth) expressions stand in each other"
        return Fault(.tooDeep, detail, remedy: "Write it flatter, or part it into two conditions.", at: offset)
    }
}
