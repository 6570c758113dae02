/// `… for … in … if …`, as a list or as what a function goes through.
extension Parser {
    /// An element and its clauses up to the bracket that closes here, or `nil` if no `for` stands before that.
    mutating func comprehension() throws(Fault) -> (Node, [Node.Clause])? {
        guard let end = firstClause else { return nil }
        let (start, scope) = (index, names.count)
        defer { names.removeLast(names.count - scope) }
        // The element stands before what its variables come from.
        index = end
        var clauses: [Node.Clause] = []
        while takes(keyword: "for") { clauses.append(try clause()) }
        let behind = index
        index = start
        let element = try expression()
        guard index == end else {
            throw Fault(.syntax, "for should stand here, not \(token.text)", at: offset)
        }
        index = behind
        return (element, clauses)
    }

    /// Where the first `for` within these brackets stands.
    private var firstClause: Int? {
        var open = 0
        for place in index..<tokens.count {
            switch tokens[place].kind {
            case .symbol("("), .symbol("["), .symbol("{"): open += 1
            case .symbol(")"), .symbol("]"), .symbol("}"): open -= 1
            case .keyword("for") where open == 0: return place
            default: break
            }
            if open < 0 { return nil }
        }
        return nil
    }

    private mutating func clause() throws(Fault) -> Node.Clause {
        var variables: [(name: String, offset: Int)] = []
        repeat {
            guard case .name(let name) = kind else {
                throw Fault(.syntax, "a name should stand here, not \(token.text)", at: offset)
            }
            variables.append((name, offset))
            advance()
        } while takes(",")
        try expect(keyword: "in", "in follows the names behind for")
        let source = try disjunction()
        for variable in variables {
            guard Function(rawValue: variable.name) == nil, !names.contains(variable.name) else {
                throw Fault(
                    .unsupported, "the name '\(variable.name)' is taken", remedy: "Choose another one.",
                    at: variable.offset)
            }
            names.append(variable.name)
        }
        var clause = Node.Clause(variables: variables.map(\.name), source: source)
        while takes(keyword: "if") { clause.tests.append(try disjunction()) }
        return clause
    }
}
