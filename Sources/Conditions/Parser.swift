import Model

/// Makes a tree of the tokens of an expression.
struct Parser {
    let tokens: [Token]
    /// The names on offer, with the variables of the comprehensions around behind them.
    var names: [String]
    private let outer: Int
    var index = 0
    private var depth = 0
    /// Those of the names on offer that were met.
    private(set) var used: Set<String> = []

    /// - Parameter tokens: ends with ``Token/Kind/end``.
    init(tokens: [Token], names: [String]) {
        (self.tokens, self.names, outer) = (tokens, names, names.count)
    }

    mutating func wholeExpression() throws(Fault) -> Node {
        if kind == .end {
            throw Fault(.syntax, "there is nothing", remedy: "Write an expression, such as True.", at: offset)
        }
        let node = try expression()
        guard kind == .end else {
            throw Fault(
                .syntax, "the expression could end before \(token.text), and no operator stands here", at: offset)
        }
        return node
    }

    // MARK: From the loosest operators to the tightest

    mutating func expression() throws(Fault) -> Node {
        try enter()
        defer { depth -= 1 }
        let node = try disjunction()
        let place = offset
        guard takes(keyword: "if") else { return node }
        let test = try disjunction()
        try expect(keyword: "else", "A if TEST else B has an else, always")
        let otherwise = try expression()
        return try Node(
            .choice(test: test, then: node, otherwise: otherwise), at: place, over: [test, node, otherwise])
    }

    mutating func disjunction() throws(Fault) -> Node {
        let place = offset
        var parts = [try conjunction()]
        while takes(keyword: "or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : try Node(.or(parts), at: place, over: parts)
    }

    private mutating func conjunction() throws(Fault) -> Node {
        let place = offset
        var parts = [try inversion()]
        while takes(keyword: "and") { parts.append(try inversion()) }
        return parts.count == 1 ? parts[0] : try Node(.and(parts), at: place, over: parts)
    }

    private mutating func inversion() throws(Fault) -> Node {
        let place = offset
        guard takes(keyword: "not") else { return try comparison() }
        try enter()
        defer { depth -= 1 }
        let node = try inversion()
        return try Node(.not(node), at: place, over: [node])
    }

    private mutating func comparison() throws(Fault) -> Node {
        let first = try chain(of: [.add, .subtract])
        let place = offset
        var rest: [(Node.Comparison, Node)] = []
        while let comparison = try comparisonSign() {
            let right = try chain(of: [.add, .subtract])
            if comparison == .isSame || comparison == .isNotSame { try checkIsSingle(right) }
            rest.append((comparison, right))
        }
        return rest.isEmpty ? first : try Node(.compare(first, rest), at: place, over: [first] + rest.map(\.1))
    }

    private mutating func comparisonSign() throws(Fault) -> Node.Comparison? {
        if takes(keyword: "in") { return .isIn }
        if takes(keyword: "is") { return takes(keyword: "not") ? .isNotSame : .isSame }
        if takes(keyword: "not") {
            try expect(keyword: "in", "only in can follow not here")
            return .isNotIn
        }
        guard case .symbol(let symbol) = kind, let comparison = Node.Comparison(rawValue: symbol) else { return nil }
        advance()
        return comparison
    }

    /// What two equal numbers or strings give behind `is` is not laid down.
    private func checkIsSingle(_ node: Node) throws(Fault) {
        if case .literal(let value) = node.kind {
            switch value {
            case .none, .bool: return
            default: break
            }
        }
        throw Fault(
            .unsupported, "only None, True and False stand behind is", remedy: "Write == to compare.", at: node.offset)
    }

    /// Operands with operators of one level between them, taken together from the left.
    private mutating func chain(of level: [Node.Operator]) throws(Fault) -> Node {
        let isSum = level.contains(.add)
        var left = isSum ? try chain(of: [.multiply, .divide, .floorDivide, .modulo]) : try factor()
        while case .symbol(let symbol) = kind, let sign = level.first(where: { $0.rawValue == symbol }) {
            let place = offset
            advance()
            let right = isSum ? try chain(of: [.multiply, .divide, .floorDivide, .modulo]) : try factor()
            left = try Node(.binary(sign, left, right), at: place, over: [left, right])
        }
        return left
    }

    private mutating func factor() throws(Fault) -> Node {
        let place = offset
        if takes("-") {
            // The lowest number has no positive one beside it.
            if kind == .integer(UInt64(1) << 63), tokens[index + 1].kind != .symbol("**") {
                advance()
                return try Node(.literal(.integer(.min)), at: place)
            }
            let node = try operand()
            return try Node(.negative(node), at: place, over: [node])
        }
        if takes("+") {
            let node = try operand()
            return try Node(.positive(node), at: place, over: [node])
        }
        let base = try primary()
        let sign = offset
        guard takes("**") else { return base }
        let exponent = try operand()
        return try Node(.binary(.power, base, exponent), at: sign, over: [base, exponent])
    }

    /// What a sign or a power stands before.
    private mutating func operand() throws(Fault) -> Node {
        try enter()
        defer { depth -= 1 }
        return try factor()
    }

    private mutating func primary() throws(Fault) -> Node {
        var node = try atom()
        while true {
            let place = offset
            if takes("[") {
                node = try subscripted(node, at: place)
            } else if takes(".") {
                node = try member(of: node, at: place)
            } else if kind == .symbol("(") {
                throw Fault(.unsupported, "only functions and methods can be called", at: place)
            } else {
                return node
            }
        }
    }

    private mutating func subscripted(_ node: Node, at place: Int) throws(Fault) -> Node {
        var parts: [Node?] = [nil]
        while kind != .symbol("]"), kind != .end {
            if parts.count < 3, takes(":") {
                parts.append(nil)
            } else if parts[parts.count - 1] == nil {
                parts[parts.count - 1] = try expression()
            } else {
                break
            }
        }
        try expect("]", closing: "[")
        let given = parts.compactMap(\.self)
        if parts.count == 1 {
            guard let key = given.first else { throw Fault(.syntax, "nothing stands between the brackets", at: place) }
            return try Node(.subscripted(node, key), at: place, over: [node, key])
        }
        let step = parts.count == 3 ? parts[2] : nil
        return try Node(.slice(node, parts[0], parts[1], step), at: place, over: [node] + given)
    }

    private mutating func member(of node: Node, at place: Int) throws(Fault) -> Node {
        guard case .name(let name) = kind else {
            throw Fault(.syntax, "a name has to follow the dot", at: offset)
        }
        let at = offset
        advance()
        if takes("(") {
            guard let method = Method(rawValue: name) else {
                let known = Method.allCases.map(\.rawValue)
                throw Fault(
                    .unsupported, "there is no method '\(name)' here",
                    remedy: Self.guess(name, among: known) ?? "Methods are \(known.joined(separator: ", ")).", at: at)
            }
            let arguments = try arguments(of: name, arity: method.arity, hasElements: false, at: at)
            return try Node(.method(node, method, arguments), at: at, over: [node] + arguments)
        }
        if Method(rawValue: name) != nil {
            throw Fault(
                .unsupported, "'.\(name)' is a method", remedy: "Write .\(name)(…), or ['\(name)'] for a member.",
                at: at)
        }
        guard !name.hasPrefix("__"), !Method.othersOfDict.contains(name) else {
            throw Fault(
                .unsupported, "'.\(name)' means something else in Python", remedy: "Write ['\(name)'] for a member.",
                at: at)
        }
        return try Node(.attribute(node, Array(name.unicodeScalars)), at: at, over: [node])
    }

    // MARK: Tokens

    var token: Token { tokens[index] }
    var kind: Token.Kind { tokens[index].kind }
    var offset: Int { tokens[index].offset }

    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    mutating func takes(_ symbol: String) -> Bool { takes(.symbol(symbol)) }

    mutating func takes(keyword: String) -> Bool { takes(.keyword(keyword)) }

    private mutating func takes(_ wanted: Token.Kind) -> Bool {
        guard kind == wanted else { return false }
        advance()
        return true
    }

    mutating func expect(keyword: String, _ rule: String) throws(Fault) {
        guard takes(keyword: keyword) else { throw Fault(.syntax, "\(rule), but here is \(token.text)", at: offset) }
    }

    mutating func expect(_ closing: String, closing opened: String) throws(Fault) {
        guard takes(closing) else {
            throw Fault(
                .syntax, "'\(closing)' for the '\(opened)' before should stand here, not \(token.text)", at: offset)
        }
    }

    private mutating func enter() throws(Fault) {
        depth += 1
        if depth > Condition.maxDepth { throw .tooDeep(at: offset) }
    }

    // MARK: Names

    /// Says what a name means that no function has.
    mutating func resolve(_ name: String, at place: Int) throws(Fault) {
        guard let found = names.lastIndex(of: name) else {
            let pythons = ["true": "True", "false": "False", "null": "None", "nil": "None", "undefined": "None"]
            let guess = pythons[name].map { "Write \($0)." } ?? Self.guess(name, among: names)
            throw Fault(
                .unknownName, "there is no name '\(name)'",
                remedy: guess ?? (names.isEmpty ? nil : "Names are \(names.joined(separator: ", "))."), at: place)
        }
        if found < outer { used.insert(name) }
    }

    static func guess(_ word: String, among known: [String]) -> String? {
        Spelling.nearest(to: word, among: known).map { "Did you mean \($0)?" }
    }
}
