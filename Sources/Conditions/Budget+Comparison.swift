/// How two values stand to each other.
enum Order {
    case before, same, behind
}

extension Budget {
    mutating func holds(
        _ comparison: Node.Comparison, _ left: ConditionValue, _ right: ConditionValue
    ) throws(Fault) -> Bool {
        switch comparison {
        case .equal: try isEqual(left, right)
        case .notEqual: try !isEqual(left, right)
        case .less: try order(left, right, comparison) == .before
        case .lessOrEqual: try order(left, right, comparison) != .behind
        case .greater: try order(left, right, comparison) == .behind
        case .greaterOrEqual: try order(left, right, comparison) != .before
        case .isIn: try contains(right, left)
        case .isNotIn: try !contains(right, left)
        case .isSame: left.isSame(as: right)
        case .isNotSame: !left.isSame(as: right)
        }
    }

    /// Python's `==`: values of different types are unequal, but for numbers.
    mutating func isEqual(_ left: ConditionValue, _ right: ConditionValue) throws(Fault) -> Bool {
        if let left = Number(left), let right = Number(right) { return left.order(to: right) == .same }
        switch (left, right) {
        case (.none, .none): return true
        case (.string(let left), .string(let right)):
            guard left.count == right.count else { return false }
            try spend(characters: left.count)
            return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left.count == right.count else { return false }
            return try firstDifference(left, right) == nil
        case (.dict(let left), .dict(let right)):
            guard left.count == right.count else { return false }
            try enter()
            defer { leave() }
            for name in try names(of: left) {
                guard let one = try member(name, of: left), let other = try member(name, of: right),
                    try isEqual(one, other)
                else { return false }
            }
            return true
        default: return false
        }
    }

    /// Where one of two sequences has another element than the other, within their common length.
    private mutating func firstDifference(_ left: [ConditionValue], _ right: [ConditionValue]) throws(Fault) -> Int? {
        try enter()
        defer { leave() }
        for index in 0..<min(left.count, right.count) {
            try spend()
            if try !isEqual(left[index], right[index]) { return index }
        }
        return nil
    }

    mutating func order(
        _ left: ConditionValue, _ right: ConditionValue, _ comparison: Node.Comparison
    ) throws(Fault) -> Order {
        if let left = Number(left), let right = Number(right) { return left.order(to: right) }
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try spend(characters: min(left.count, right.count))
            return left == right ? .same : left.lexicographicallyPrecedes(right) ? .before : .behind
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard let place = try firstDifference(left, right) else {
                return left.count == right.count ? .same : left.count < right.count ? .before : .behind
            }
            try enter()
            defer { leave() }
            return try order(left[place], right[place], comparison)
        default:
            throw Fault(
                .typeMismatch, "'\(comparison.rawValue)' cannot compare \(left.type) with \(right.type)",
                remedy: left.isNone || right.isNone ? "Ask before whether it is None." : nil)
        }
    }

    private mutating func contains(_ whole: ConditionValue, _ part: ConditionValue) throws(Fault) -> Bool {
        switch (whole, part) {
        case (.string(let text), .string(let part)): return try place(of: part, in: text[...]) != nil
        case (.list(let elements), _), (.tuple(let elements), _):
            for element in elements {
                try spend()
                if try isEqual(element, part) { return true }
            }
            return false
        case (.dict(let members), .string(let name)): return try member(name, of: members) != nil
        case (.dict, _):
            try checkIsKey(part)
            return false
        default: throw Fault(.typeMismatch, "a value of type \(part.type) cannot be in one of type \(whole.type)")
        }
    }

    /// Where a text first stands in another.
    mutating func place(of part: [Unicode.Scalar], in text: ArraySlice<Unicode.Scalar>) throws(Fault) -> Int? {
        guard let first = part.first else { return text.startIndex }
        var looked = 0
        var start = text.startIndex
        while start <= text.endIndex - part.count {
            looked += 1
            if text[start] == first {
                var length = 1
                while length < part.count, text[start + length] == part[length] { length += 1 }
                if length == part.count { return start }
                looked += length
            }
            if looked >= Condition.charactersPerStep {
                try spend(characters: looked)
                looked = 0
            }
            start += 1
        }
        return nil
    }

    /// The elements in their order, equal ones as they stood.
    mutating func sorted(_ elements: [ConditionValue]) throws(Fault) -> [ConditionValue] {
        guard elements.count > 1 else { return elements }
        let middle = elements.count / 2
        let left = try sorted(Array(elements[..<middle])), right = try sorted(Array(elements[middle...]))
        var (result, i, j): ([ConditionValue], Int, Int) = ([], 0, 0)
        result.reserveCapacity(elements.count)
        while i < left.count, j < right.count {
            try spend()
            if try order(right[j], left[i], .less) == .before {
                result.append(right[j])
                j += 1
            } else {
                result.append(left[i])
                i += 1
            }
        }
        return result + left[i...] + right[j...]
    }
}

extension Number {
    /// Exact, also where a whole number has no float.
    func order(to other: Number) -> Order {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left == right ? .same : left < right ? .before : .behind
        case (.float(let left), .float(let right)): left == right ? .same : left < right ? .before : .behind
        case (.integer(let left), .float(let right)): Self.order(left, right)
        case (.float(let left), .integer(let right)):
            switch Self.order(right, left) {
            case .before: .behind
            case .same: .same
            case .behind: .before
            }
        }
    }

    private static func order(_ left: Int64, _ right: Double) -> Order {
        guard right < 0x1p63 else { return .before }
        guard right >= -0x1p63 else { return .behind }
        let whole = Int64(right)
        if left != whole { return left < whole ? .before : .behind }
        let fraction = right - Double(whole)
        return fraction == 0 ? .same : fraction > 0 ? .before : .behind
    }
}

extension ConditionValue {
    var isNone: Bool {
        guard case .none = self else { return false }
        return true
    }

    /// Python's `is`, for `None`, `True` and `False`.
    func isSame(as other: ConditionValue) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.bool(let left), .bool(let right)): left == right
        default: false
        }
    }
}
