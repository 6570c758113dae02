import Model

/// Finds the value of a tree.
struct Evaluator {
    /// The values of the names on offer.
    let given: [String: JSONValue]
    var budget = Budget()
    /// The variables of the comprehensions around, the innermost last.
    private var variables: [(name: String, value: ConditionValue)] = []

    init(given: [String: JSONValue]) { self.given = given }

    mutating func value(of node: Node) throws(Fault) -> ConditionValue {
        do throws(Fault) {
            try budget.spend()
            return try valueWithoutPlace(of: node)
        } catch {
            var fault = error
            fault.offset = fault.offset ?? node.offset
            throw fault
        }
    }

    private mutating func valueWithoutPlace(of node: Node) throws(Fault) -> ConditionValue {
        switch node.kind {
        case .literal(let value): return value
        case .name(let name): return try value(named: name)
        case .list(let parts): return .list(try values(of: parts))
        case .tuple(let parts): return .tuple(try values(of: parts))
        case .dict(let members): return try dict(members)
        case .comprehension(let element, let clauses), .generator(let element, let clauses):
            return try comprehension(element, clauses)
        case .attribute(let base, let name): return try member(name, of: try value(of: base))
        case .subscripted(let base, let key):
            let base = try value(of: base)
            return try element(try value(of: key), of: base)
        case .slice(let base, let start, let end, let step): return try slice(base, start, end, step)
        case .negative, .positive: return try signed(node)
        case .not(let part): return .bool(try !value(of: part).isTrue)
        case .binary(let sign, let left, let right):
            let left = try value(of: left)
            return try budget.result(of: sign, left, try value(of: right))
        case .compare(let first, let rest): return try compare(first, rest)
        case .and(let parts): return try firstOperand(of: parts, thatIs: false)
        case .or(let parts): return try firstOperand(of: parts, thatIs: true)
        case .choice(let test, let then, let otherwise): return try value(of: value(of: test).isTrue ? then : otherwise)
        case .call(let function, let arguments): return try call(function, arguments)
        case .method(let base, let method, let arguments):
            let base = try value(of: base)
            try method.check(isOf: base)
            return try budget.result(of: method, on: base, try values(of: arguments))
        }
    }

    private mutating func value(named name: String) throws(Fault) -> ConditionValue {
        if let variable = variables.last(where: { $0.name == name }) { return variable.value }
        guard let json = given[name] else { throw Fault(.unknownName, "nothing was given for '\(name)'") }
        return try budget.value(of: json)
    }

    mutating func values(of nodes: [Node]) throws(Fault) -> [ConditionValue] {
        var values: [ConditionValue] = []
        for node in nodes { values.append(try value(of: node)) }
        return values
    }

    private mutating func dict(_ nodes: [(key: Node, value: Node)]) throws(Fault) -> ConditionValue {
        var members: [(key: [Unicode.Scalar], value: ConditionValue)] = []
        for node in nodes {
            let key = try value(of: node.key), value = try value(of: node.value)
            guard case .string(let name) = key else {
                throw Fault(.unsupported, "the names in a dict are strings here, not \(key.type)", at: node.key.offset)
            }
            try budget.spend(members.count)
            if let place = members.firstIndex(where: { $0.key == name }) {
                members[place].value = value
            } else {
                members.append((name, value))
            }
        }
        return .dict(.made(members))
    }

    // MARK: Operators

    private mutating func signed(_ node: Node) throws(Fault) -> ConditionValue {
        let (part, isNegative): (Node, Bool)
        switch node.kind {
        case .negative(let operand): (part, isNegative) = (operand, true)
        case .positive(let operand): (part, isNegative) = (operand, false)
        default: return try value(of: node)
        }
        let value = try value(of: part)
        switch Number(value) {
        case .integer(let number)?:
            return isNegative ? try .integer(checked: Int64(0).subtractingReportingOverflow(number)) : .integer(number)
        case .float(let number)?: return .float(isNegative ? -number : number)
        case nil: throw Fault(.typeMismatch, "a value of type \(value.type) has no sign")
        }
    }

    private mutating func compare(_ first: Node, _ rest: [(Node.Comparison, Node)]) throws(Fault) -> ConditionValue {
        var left = try value(of: first)
        for (comparison, node) in rest {
            let right = try value(of: node)
            guard try budget.holds(comparison, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private mutating func firstOperand(of nodes: [Node], thatIs wanted: Bool) throws(Fault) -> ConditionValue {
        var last = ConditionValue.bool(!wanted)
        for node in nodes {
            last = try value(of: node)
            if last.isTrue == wanted { break }
        }
        return last
    }

    // MARK: Comprehensions

    private mutating func comprehension(_ element: Node, _ clauses: [Node.Clause]) throws(Fault) -> ConditionValue {
        var elements: [ConditionValue] = []
        try forEach(element, clauses[...]) { (evaluator, value) throws(Fault) in
            try evaluator.budget.checkSize(elements.count + 1)
            elements.append(value)
            return true
        }
        return .list(elements)
    }

    /// Gives the elements of a function's argument one after the other, until the body says that it has enough.
    mutating func forEach(
        in argument: Node, _ body: (inout Evaluator, ConditionValue) throws(Fault) -> Bool
    ) throws(Fault) {
        if case .generator(let element, let clauses) = argument.kind {
            try forEach(element, clauses[...], body)
            return
        }
        for element in try elements(of: argument) {
            try budget.spend()
            guard try body(&self, element) else { return }
        }
    }

    /// - Returns: whether the body still wants more.
    @discardableResult
    private mutating func forEach(
        _ element: Node, _ clauses: ArraySlice<Node.Clause>,
        _ body: (inout Evaluator, ConditionValue) throws(Fault) -> Bool
    ) throws(Fault) -> Bool {
        guard let clause = clauses.first else { return try body(&self, try value(of: element)) }
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        elements: for item in try elements(of: clause.source) {
            variables.removeLast(variables.count - outer)
            try bind(clause, to: item)
            for test in clause.tests where try !value(of: test).isTrue { continue elements }
            guard try forEach(element, clauses.dropFirst(), body) else { return false }
        }
        return true
    }

    private mutating func bind(_ clause: Node.Clause, to item: ConditionValue) throws(Fault) {
        try budget.spend()
        guard clause.variables.count > 1 else {
            variables.append((clause.variables[0], item))
            return
        }
        let parts = try budget.elements(of: item)
        guard parts.count == clause.variables.count else {
            throw Fault(
                .badValue, "an element has \(parts.count) parts, not \(clause.variables.count)",
                at: clause.source.offset)
        }
        for (name, part) in zip(clause.variables, parts) { variables.append((name, part)) }
    }

    private mutating func elements(of node: Node) throws(Fault) -> [ConditionValue] {
        let value = try value(of: node)
        do throws(Fault) {
            return try budget.elements(of: value)
        } catch {
            var fault = error
            fault.offset = node.offset
            throw fault
        }
    }
}
