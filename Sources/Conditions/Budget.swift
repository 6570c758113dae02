import Model

/// The steps that an evaluation may still take; whatever an operation looks at or makes is charged here, before it does.
struct Budget {
    private var steps = Condition.maxSteps
    private var depth = 0

    mutating func spend(_ count: Int = 1) throws(Fault) {
        steps -= min(count, Condition.maxSteps + 1)
        if steps < 0 {
            let detail = "it takes more than \(Condition.maxSteps) steps"
            throw Fault(.budgetUsedUp, detail, remedy: "Have the job write what is to be decided into its result.")
        }
    }

    mutating func spend(characters: Int) throws(Fault) {
        try spend(characters / Condition.charactersPerStep)
    }

    /// Charges for a string or list of that many characters or elements that is about to be made.
    mutating func make(_ size: Int, charactersOnly: Bool = false) throws(Fault) {
        try checkSize(size)
        try charactersOnly ? spend(characters: size) : spend(size)
    }

    func checkSize(_ size: Int) throws(Fault) {
        guard size <= Condition.maxSize else {
            throw Fault(
                .tooLarge, "it would make a string or list of more than \(Condition.maxSize) characters or elements")
        }
    }

    /// Goes one level down in a value; ``leave()`` goes up.
    mutating func enter() throws(Fault) {
        depth += 1
        if depth > Condition.maxValueDepth {
            throw Fault(.tooDeep, "a value is nested more than \(Condition.maxValueDepth) levels deep")
        }
    }

    mutating func leave() { depth -= 1 }

    // MARK: What was given

    mutating func value(of json: JSONValue) throws(Fault) -> ConditionValue {
        switch json {
        case .null: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return try .float(checked: value)
        case .string(let text):
            try spend(characters: text.utf8.count)
            return .string(Array(text.unicodeScalars))
        case .array(let elements):
            try enter()
            defer { leave() }
            try spend(elements.count)
            var values: [ConditionValue] = []
            for element in elements { values.append(try value(of: element)) }
            return .list(values)
        case .object(let members): return .dict(.given(members))
        }
    }

    /// The member of that name, if there is one.
    mutating func member(_ name: [Unicode.Scalar], of members: ConditionValue.Members) throws(Fault) -> ConditionValue?
    {
        try spend(characters: name.count)
        switch members {
        case .given(let given):
            // The dictionary finds canonically equivalent names, too.
            guard let place = given.index(forKey: String(name)), given[place].key.unicodeScalars.elementsEqual(name)
            else {
                return nil
            }
            return try value(of: given[place].value)
        case .made(let made):
            try spend(made.count)
            return made.first { $0.key == name }?.value
        }
    }

    /// Python looks in a dict only for what can be a key, in any dict: for nothing that holds a list or a dict.
    mutating func checkIsKey(_ value: ConditionValue) throws(Fault) {
        switch value {
        case .tuple(let elements):
            try spend(elements.count)
            for element in elements { try checkIsKey(element) }
        case .list, .dict: throw Fault(.typeMismatch, "a value of type \(value.type) names no member of a dict")
        case .none, .bool, .integer, .float, .string: return
        }
    }

    /// The names of the members in their order.
    mutating func names(of members: ConditionValue.Members) throws(Fault) -> [[Unicode.Scalar]] {
        try spend(members.count)
        switch members {
        case .given(let given):
            try spend(characters: given.keys.reduce(0) { $0 + $1.utf8.count })
            return given.keys.map { Array($0.unicodeScalars) }.sorted { $0.lexicographicallyPrecedes($1) }
        case .made(let made): return made.map(\.key)
        }
    }

    /// What a `for` over the value goes through.
    mutating func elements(of value: ConditionValue) throws(Fault) -> [ConditionValue] {
        switch value {
        case .list(let elements), .tuple(let elements): return elements
        case .dict(let members): return try names(of: members).map { .string($0) }
        case .string(let text):
            try spend(text.count)
            return text.map { .string([$0]) }
        case .none, .bool, .integer, .float:
            throw Fault(.typeMismatch, "a value of type \(value.type) has no elements")
        }
    }
}
