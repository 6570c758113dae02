/// What begins with a name, a literal or a bracket.
extension Parser {
    mutating func atom() throws(Fault) -> Node {
        let token = token
        let place = token.offset
        advance()
        switch token.kind {
        case .integer(let value):
            guard let value = Int64(exactly: value) else {
                throw Fault(.overflow, "the number needs more than 64 bits", remedy: "Write it as a float.", at: place)
            }
            return try Node(.literal(.integer(value)), at: place)
        case .float(let value): return try Node(.literal(.float(value)), at: place)
        case .string(let text): return try Node(.literal(.string(text)), at: place)
        case .keyword("True"): return try Node(.literal(.bool(true)), at: place)
        case .keyword("False"): return try Node(.literal(.bool(false)), at: place)
        case .keyword("None"): return try Node(.literal(.none), at: place)
        case .name(let name): return try named(name, at: place)
        case .symbol("("): return try parenthesised(at: place)
        case .symbol("["): return try list(at: place)
        case .symbol("{"): return try dict(at: place)
        default: throw Fault(.syntax, "a value should stand here, not \(token.text)", at: place)
        }
    }

    private mutating func named(_ name: String, at place: Int) throws(Fault) -> Node {
        let isCall = kind == .symbol("(")
        if let function = Function(rawValue: name) {
            guard takes("(") else {
                throw Fault(.unsupported, "'\(name)' is a function", remedy: "Write \(name)(…).", at: place)
            }
            let arguments = try arguments(
                of: name, arity: function.arity, hasElements: function.takesElements, at: place)
            return try Node(.call(function, arguments), at: place, over: arguments)
        }
        do throws(Fault) {
            try resolve(name, at: place)
        } catch {
            guard isCall else { throw error }
            let known = Function.allCases.map(\.rawValue)
            throw Fault(
                .unknownName, "there is no function '\(name)'",
                remedy: Self.guess(name, among: known) ?? "Functions are \(known.joined(separator: ", ")).", at: place)
        }
        return try Node(.name(name), at: place)
    }

    /// The arguments of a call, from behind its opening parenthesis.
    ///
    /// - Parameter hasElements: whether a generator may be the only one.
    mutating func arguments(
        of name: String, arity: ClosedRange<Int>, hasElements: Bool, at place: Int
    ) throws(Fault) -> [Node] {
        var arguments: [Node] = []
        if hasElements, let (element, clauses) = try comprehension() {
            let parts = Self.parts(element, clauses)
            arguments.append(try Node(.generator(element, clauses), at: element.offset, over: parts))
            try expect(")", closing: "(")
        } else {
            arguments = try sequence(until: ")", opened: "(")
        }
        guard arity.contains(arguments.count) else {
            let wanted = arity.count == 1 ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
            throw Fault(.syntax, "\(name) takes \(wanted) arguments here, not \(arguments.count)", at: place)
        }
        return arguments
    }

    private mutating func parenthesised(at place: Int) throws(Fault) -> Node {
        if takes(")") { return try Node(.tuple([]), at: place) }
        let first = try expression()
        if kind == .keyword("for") {
            throw Fault(
                .unsupported, "generators stand alone between the parentheses of a function",
                remedy: "Write […] for a list.",
                at: offset)
        }
        guard takes(",") else {
            try expect(")", closing: "(")
            return first
        }
        let parts = [first] + (try sequence(until: ")", opened: "("))
        return try Node(.tuple(parts), at: place, over: parts)
    }

    private mutating func list(at place: Int) throws(Fault) -> Node {
        if let (element, clauses) = try comprehension() {
            try expect("]", closing: "[")
            return try Node(.comprehension(element, clauses), at: place, over: Self.parts(element, clauses))
        }
        let parts = try sequence(until: "]", opened: "[")
        return try Node(.list(parts), at: place, over: parts)
    }

    private mutating func dict(at place: Int) throws(Fault) -> Node {
        var members: [(key: Node, value: Node)] = []
        while kind != .symbol("}"), kind != .end {
            let key = try expression()
            guard takes(":") else {
                let remedy = "Write (A, B) or [A, B]; a dict is {'name': value}."
                throw Fault(.unsupported, "there are no sets", remedy: remedy, at: place)
            }
            members.append((key, try expression()))
            if kind == .keyword("for") {
                throw Fault(.unsupported, "only lists have comprehensions", remedy: "Write […].", at: offset)
            }
            if !takes(",") { break }
        }
        try expect("}", closing: "{")
        return try Node(.dict(members), at: place, over: members.flatMap { [$0.key, $0.value] })
    }

    /// Expressions with commas between them, and perhaps one behind the last, up to the closing bracket.
    private mutating func sequence(until closing: String, opened: String) throws(Fault) -> [Node] {
        var parts: [Node] = []
        while !takes(closing) {
            if case .symbol(let symbol) = kind, symbol == "*" || symbol == "**" {
                throw Fault(.unsupported, "nothing can be unpacked with \(symbol)", at: offset)
            }
            parts.append(try expression())
            if kind == .symbol(closing) { continue }
            guard takes(",") else {
                try expect(closing, closing: opened)
                break
            }
        }
        return parts
    }

    private static func parts(_ element: Node, _ clauses: [Node.Clause]) -> [Node] {
        [element] + clauses.flatMap { [$0.source] + $0.tests }
    }
}
