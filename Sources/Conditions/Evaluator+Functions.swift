/// The functions, with the meaning of Python's built-in ones.
extension Evaluator {
    mutating func call(_ function: Function, _ arguments: [Node]) throws(Fault) -> ConditionValue {
        switch function {
        case .all, .any: return .bool(try hasElement(thatIs: function == .any, in: arguments[0]) == (function == .any))
        case .max, .min: return try extreme(of: arguments, function == .max ? .behind : .before)
        case .sum: return try sum(arguments)
        case .sorted: return .list(try budget.sorted(try elements(for: arguments[0])))
        case .abs, .bool, .float, .int, .len, .round, .str:
            return try budget.result(of: function, try values(of: arguments))
        }
    }

    /// Stops at the first such element.
    private mutating func hasElement(thatIs wanted: Bool, in argument: Node) throws(Fault) -> Bool {
        var found = false
        try forEach(in: argument) { (_, value) throws(Fault) in
            found = value.isTrue == wanted
            return !found
        }
        return found
    }

    private mutating func elements(for argument: Node) throws(Fault) -> [ConditionValue] {
        var elements: [ConditionValue] = []
        try forEach(in: argument) { (evaluator, value) throws(Fault) in
            try evaluator.budget.checkSize(elements.count + 1)
            elements.append(value)
            return true
        }
        return elements
    }

    private mutating func extreme(of arguments: [Node], _ wanted: Order) throws(Fault) -> ConditionValue {
        var best: ConditionValue?
        let comparison: Node.Comparison = wanted == .behind ? .greater : .less
        let body = { (evaluator: inout Evaluator, value: ConditionValue) throws(Fault) -> Bool in
            if let current = best, try evaluator.budget.order(value, current, comparison) != wanted { return true }
            best = value
            return true
        }
        if arguments.count == 1 {
            try forEach(in: arguments[0], body)
        } else {
            for value in try values(of: arguments) { _ = try body(&self, value) }
        }
        guard let best else {
            throw Fault(.badValue, "there is nothing to choose from", remedy: "Write … if XS else … around it.")
        }
        return best
    }

    private mutating func sum(_ arguments: [Node]) throws(Fault) -> ConditionValue {
        var sum = ConditionValue.integer(0)
        if arguments.count == 2 { sum = try value(of: arguments[1]) }
        if case .string = sum { throw Fault(.typeMismatch, "strings cannot be summed") }
        try forEach(in: arguments[0]) { (evaluator, value) throws(Fault) in
            sum = try evaluator.budget.result(of: .add, sum, value)
            return true
        }
        return sum
    }
}
