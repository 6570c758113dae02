extension Budget {
    mutating func result(
        of method: Method, on base: ConditionValue, _ arguments: [ConditionValue]
    ) throws(Fault) -> ConditionValue {
        switch base {
        case .dict(let members): try get(arguments, of: members)
        case .string(let text): try result(of: method, on: text, arguments)
        default: base
        }
    }

    private mutating func get(
        _ arguments: [ConditionValue], of members: ConditionValue.Members
    ) throws(Fault) -> ConditionValue {
        let other = arguments.count == 2 ? arguments[1] : .none
        guard case .string(let name) = arguments[0] else {
            try checkIsKey(arguments[0])
            return other
        }
        return try member(name, of: members) ?? other
    }

    private mutating func result(
        of method: Method, on text: [Unicode.Scalar], _ arguments: [ConditionValue]
    ) throws(Fault) -> ConditionValue {
        if method == .startswith || method == .endswith { return .bool(try hasEnd(text, method, arguments[0])) }
        let argument = try self.text(arguments.first, of: method)
        try spend(characters: text.count + (argument?.count ?? 0))
        switch method {
        case .lower:
            return try .string(
                mapped(text) { text[$0] == "Σ" ? Self.sigma(at: $0, in: text) : text[$0].properties.lowercaseMapping })
        case .upper: return try .string(mapped(text) { text[$0].properties.uppercaseMapping })
        case .strip:
            let removed = argument.map(Set.init)
            return .string(Array(text.stripped { removed?.contains($0) ?? $0.isPythonSpace }))
        case .split:
            guard let argument else {
                let words = text.split { $0.isPythonSpace }
                try make(words.count)
                return .list(words.map { .string(Array($0)) })
            }
            return .list(try split(text, at: argument))
        case .endswith, .get, .startswith: return .none
        }
    }

    private mutating func hasEnd(
        _ text: [Unicode.Scalar], _ method: Method, _ wanted: ConditionValue
    ) throws(Fault) -> Bool {
        // One of a tuple will do.
        let choices = if case .tuple(let choices) = wanted { choices } else { [wanted] }
        for choice in choices {
            guard let part = try self.text(choice, of: method) else { continue }
            try spend(1 + min(text.count, part.count) / Condition.charactersPerStep)
            guard part.count <= text.count else { continue }
            if (method == .startswith ? text.prefix(part.count) : text.suffix(part.count)).elementsEqual(part) {
                return true
            }
        }
        return false
    }

    /// What a string's method was given, `nil` if it was nothing or `None` where Python takes that for nothing.
    private func text(_ argument: ConditionValue?, of method: Method) throws(Fault) -> [Unicode.Scalar]? {
        switch argument {
        case nil: return nil
        case .string(let text)?: return text
        case .none? where method == .strip || method == .split: return nil
        case let value?:
            throw Fault(.typeMismatch, "\(method.rawValue) takes a str here, not a value of type \(value.type)")
        }
    }

    private mutating func split(
        _ text: [Unicode.Scalar], at separator: [Unicode.Scalar]
    ) throws(Fault) -> [ConditionValue] {
        guard !separator.isEmpty else { throw Fault(.badValue, "nothing cannot separate the parts") }
        var parts: [ConditionValue] = []
        var rest = text[...]
        while let place = try place(of: separator, in: rest) {
            try make(1)
            try checkSize(parts.count + 2)
            parts.append(.string(Array(rest[..<place])))
            rest = rest[(place + separator.count)...]
        }
        return parts + [.string(Array(rest))]
    }

    private mutating func mapped(
        _ text: [Unicode.Scalar], _ mapping: (Int) -> String
    ) throws(Fault) -> [Unicode.Scalar] {
        try spend(characters: text.count)
        return text.indices.flatMap { mapping($0).unicodeScalars }
    }

    /// The small sigma: another one at the end of a word.
    ///
    /// - Source: `Objects/unicodeobject.c` of CPython 3.11, `handle_capital_final_sigma`; The Unicode Standard, table 3-17.
    private static func sigma(at place: Int, in text: [Unicode.Scalar]) -> String {
        let before = text[..<place].last { !$0.properties.isCaseIgnorable }
        let behind = text[(place + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && behind?.properties.isCased != true ? "ς" : "σ"
    }
}

extension Method {
    /// Python looks for the method before it evaluates the arguments.
    func check(isOf base: ConditionValue) throws(Fault) {
        switch base {
        case .dict where self == .get: return
        case .string where self != .get: return
        default: throw Fault(.typeMismatch, "a value of type \(base.type) has no method '\(rawValue)'")
        }
    }
}

extension [Unicode.Scalar] {
    /// Without those at both ends.
    func stripped(_ isRemoved: (Unicode.Scalar) -> Bool) -> ArraySlice<Unicode.Scalar> {
        guard let first = firstIndex(where: { !isRemoved($0) }), let last = lastIndex(where: { !isRemoved($0) }) else {
            return []
        }
        return self[first...last]
    }
}

extension Unicode.Scalar {
    /// What Python's `str.isspace` takes for white space: four separators of ASCII beside those of Unicode.
    var isPythonSpace: Bool { properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(self) }
}
