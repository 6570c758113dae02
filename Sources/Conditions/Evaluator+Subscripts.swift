import Model

/// What stands between brackets or behind a dot.
extension Evaluator {
    /// Members of a dict among which the one that was meant is guessed.
    private static let maxGuesses = 100

    mutating func member(_ name: [Unicode.Scalar], of base: ConditionValue) throws(Fault) -> ConditionValue {
        guard case .dict(let members) = base else {
            throw Fault(.typeMismatch, "a value of type \(base.type) has no '.\(String(name))'")
        }
        if let value = try budget.member(name, of: members) { return value }
        let word = String(name)
        let known = members.count <= Self.maxGuesses ? try budget.names(of: members).map { String($0) } : []
        let guess = Spelling.nearest(to: word, among: known).map { "Did you mean '\($0)'?" }
        throw Fault(
            .keyMissing, "there is no '\(word)' in the dict",
            remedy: guess ?? "Write .get('\(word)') if it may be missing; that gives None.")
    }

    mutating func element(_ key: ConditionValue, of base: ConditionValue) throws(Fault) -> ConditionValue {
        switch (base, key) {
        case (.dict, .string(let name)): return try member(name, of: base)
        case (.dict, _):
            try budget.checkIsKey(key)
            throw Fault(.keyMissing, "the names in a dict are strings, and this is a value of type \(key.type)")
        case (.list(let elements), _), (.tuple(let elements), _): return elements[try index(key, among: elements.count)]
        case (.string(let text), _): return .string([text[try index(key, among: text.count)]])
        default: throw Fault(.typeMismatch, "a value of type \(base.type) has no elements")
        }
    }

    private func index(_ key: ConditionValue, among count: Int) throws(Fault) -> Int {
        guard case .integer(let index)? = Number(key) else {
            throw Fault(.typeMismatch, "elements are numbered, and this is a value of type \(key.type)")
        }
        let place = index < 0 ? index + Int64(count) : index
        guard place >= 0, place < count else {
            throw Fault(.indexOutOfRange, "there is no element \(index) among \(count)")
        }
        return Int(place)
    }

    mutating func slice(_ base: Node, _ start: Node?, _ end: Node?, _ step: Node?) throws(Fault) -> ConditionValue {
        let base = try value(of: base)
        var values: [ConditionValue] = []
        for node in [start, end, step] {
            guard let node else {
                values.append(.none)
                continue
            }
            values.append(try value(of: node))
        }
        switch base {
        case .list(let elements): return .list(try cut(elements, values))
        case .tuple(let elements): return .tuple(try cut(elements, values))
        case .string(let text): return .string(try cut(text, values))
        default: throw Fault(.typeMismatch, "a value of type \(base.type) cannot be cut")
        }
    }

    private func bound(_ value: ConditionValue) throws(Fault) -> Int? {
        if value.isNone { return nil }
        guard case .integer(let bound)? = Number(value) else {
            throw Fault(.typeMismatch, "a bound is a whole number, not a value of type \(value.type)")
        }
        return Int(bound)
    }

    /// - Source: `Objects/sliceobject.c` of CPython 3.11, `PySlice_AdjustIndices`.
    private mutating func cut<Element>(
        _ elements: [Element], _ bounds: [ConditionValue]
    ) throws(Fault) -> [Element] {
        let count = elements.count
        let step = try bound(bounds[2])
        guard step != 0 else { throw Fault(.badValue, "a step of 0 leads nowhere") }
        let start = try bound(bounds[0]), end = try bound(bounds[1])
        // Longer steps lead out of the list, too.
        let stride = max(-count - 1, min(count + 1, step ?? 1))
        let (lowest, highest) = stride < 0 ? (-1, count - 1) : (0, count)
        let place = { (bound: Int) in max(lowest, min(highest, bound < 0 ? bound + count : bound)) }
        let first = start.map(place) ?? (stride < 0 ? highest : lowest)
        let last = end.map(place) ?? (stride < 0 ? lowest : highest)
        let places = Swift.stride(from: first, to: last, by: stride)
        let span = stride < 0 ? first - last : last - first
        let size = span <= 0 ? 0 : (span - 1) / abs(stride) + 1
        try Element.self == Unicode.Scalar.self ? budget.spend(characters: size) : budget.spend(size)
        return places.map { elements[$0] }
    }
}
