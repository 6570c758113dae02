/// The functions of Python that there are.
enum Function: String, CaseIterable, Sendable {
    case abs, all, any, bool, float, int, len, max, min, round, sorted, str, sum

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
        switch self {
        case .round, .sum: 1...2
        case .max, .min: 1...20
        case .abs, .all, .any, .bool, .float, .int, .len, .sorted, .str: 1...1
        }
    }

    /// Whether it goes through the elements of its only argument.
    var takesElements: Bool { [.all, .any, .max, .min, .sorted, .sum].contains(self) }
}

/// The methods of Python's strings and dicts that there are.
enum Method: String, CaseIterable, Sendable {
    case endswith, get, lower, split, startswith, strip, upper

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
        switch self {
        case .get: 1...2
        case .endswith, .startswith: 1...1
        case .lower, .upper: 0...0
        case .split, .strip: 0...1
        }
    }

    /// What else Python finds behind the dot of a dict, so that it cannot be a member's name.
    static let othersOfDict: Set = [
        "clear", "copy", "fromkeys", "items", "keys", "pop", "popitem", "setdefault", "update", "values",
    ]
}
