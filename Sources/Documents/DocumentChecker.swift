import Model

/// Reads the values of a document by the type that is wanted, and collects what is wrong with them.
struct DocumentChecker {
    let document: String
    var mistakes: [DocumentMistake]

    init(document: String, mistakes: [DocumentMistake] = []) {
        (self.document, self.mistakes) = (document, mistakes)
    }

    /// Whether guesses at what was meant are worth the time: what is not told one by one needs none.
    var guesses: Bool { mistakes.count < DocumentBounds.mistakes }

    mutating func fail(_ pointer: DocumentPointer, _ position: DocumentPosition, _ problem: String, remedy: String?) {
        mistakes.append(
            DocumentMistake(
                .documentInvalid, document: document, position: position, pointer: pointer, problem: problem,
                remedy: remedy))
    }

    /// A key that is not known here, or not yet.
    mutating func failUnknown(
        _ member: DocumentNode.Member, _ parent: DocumentPointer, known: [String], later: Bool = false
    ) {
        let pointer = parent.member(member.key)
        guard !later else {
            return fail(pointer, member.keyPosition, "is not available yet", remedy: "Leave it out.")
        }
        let guess = guesses ? Spelling.nearest(to: member.key, among: known) : nil
        fail(
            pointer, member.keyPosition, "is not a key that is known here",
            remedy: (guess.map { "Did you mean \($0)? " } ?? "") + "Known are \(known.joined(separator: ", ")).")
    }

    // MARK: Types

    mutating func map(_ node: DocumentNode, _ pointer: DocumentPointer) -> [DocumentNode.Member]? {
        if case .map(let members) = node.value { return members }
        return failType(node, pointer, "a map", remedy: "Write key: value pairs.")
    }

    mutating func list(_ node: DocumentNode, _ pointer: DocumentPointer) -> [DocumentNode]? {
        if case .list(let items) = node.value { return items }
        return failType(node, pointer, "a list", remedy: "Write [a, b, c].")
    }

    mutating func bool(_ node: DocumentNode, _ pointer: DocumentPointer) -> Bool? {
        if case .bool(let value) = node.value { return value }
        return failType(node, pointer, "a boolean", remedy: "Write true or false, without quotes.")
    }

    /// - Parameter isSecret: whether the value must not be repeated in a message.
    mutating func string(_ node: DocumentNode, _ pointer: DocumentPointer, isSecret: Bool = false) -> String? {
        switch node.value {
        case .string(let text):
            guard text.utf8.contains(0) else { return text }
            fail(
                pointer, node.position, "contains a NUL character",
                remedy: "Leave it out; give the content of binary files as base64.")
            return nil
        case .number(let text), .unclear(let text):
            let quoted = isSecret ? "it" : "\"\(DocumentMistake.shown(text))\""
            return failType(node, pointer, "a string", remedy: "Quote it: write \(quoted) in double quotes.")
        case .bool, .null: return failType(node, pointer, "a string", remedy: "Quote it, if the word is meant.")
        case .list, .map: return failType(node, pointer, "a string", remedy: "Write one string.")
        }
    }

    mutating func filledString(_ node: DocumentNode, _ pointer: DocumentPointer) -> String? {
        guard let text = string(node, pointer) else { return nil }
        guard text.isEmpty else { return text }
        fail(pointer, node.position, "is empty", remedy: "Write a name, or leave the key out.")
        return nil
    }

    @discardableResult
    mutating func check(_ node: DocumentNode, _ pointer: DocumentPointer, isOneOf words: [String]) -> String? {
        guard let word = string(node, pointer) else { return nil }
        if words.contains(word) { return word }
        let guess = Spelling.nearest(to: word, among: words).map { "Did you mean \($0)? " } ?? ""
        fail(
            pointer, node.position,
            "is \"\(DocumentMistake.shown(word))\", but must be \(words.joined(separator: " or "))",
            remedy: "\(guess)Write \(words.joined(separator: " or ")).")
        return nil
    }

    private mutating func failType<Value>(
        _ node: DocumentNode, _ pointer: DocumentPointer, _ wanted: String, remedy: String
    ) -> Value? {
        fail(pointer, node.position, "is \(node.kind), but must be \(wanted)", remedy: remedy)
        return nil
    }

    // MARK: Values with rules

    /// A limit's amount: a number for cores and counts, a string with a unit for sizes and durations.
    mutating func amount(of field: LimitField, _ node: DocumentNode, _ pointer: DocumentPointer) -> Int64? {
        let text: String
        switch (node.value, field.unit) {
        case (.number(let number), .cores), (.number(let number), .count): text = number
        case (.string(let string), .bytes), (.string(let string), .time): text = string
        case (.number(let number), .bytes), (.number(let number), .time):
            return failType(
                node, pointer, field.form,
                remedy: "Add the unit: \(number)\(field.unit == .bytes ? "MiB" : "s"), for example.")
        default: return failType(node, pointer, field.form, remedy: "The range is \(field.allowed).")
        }
        do throws(ModelError) {
            return try field.amount(text: text, field: pointer.description)
        } catch {
            let remedy = "Write \(field.form) in the range \(field.allowed)."
            switch error {
            case .outOfRange(_, let value, let allowed):
                fail(
                    pointer, node.position, "is \(DocumentMistake.shown(value)), but must be \(allowed)", remedy: remedy
                )
            default:
                fail(
                    pointer, node.position, "is \"\(DocumentMistake.shown(text))\", which is not \(field.form)",
                    remedy: remedy)
            }
            return nil
        }
    }

    /// A map with exactly one of the keys of ``JobDocument/Content``, and all its members.
    mutating func content(_ node: DocumentNode, _ pointer: DocumentPointer, otherKeys: [String])
        -> (content: JobDocument.Content, members: [DocumentNode.Member])?
    {
        guard let members = map(node, pointer) else { return nil }
        let keys = JobDocument.ContentKey.allCases.map(\.rawValue)
        for member in members where !(keys + otherKeys).contains(member.key) {
            failUnknown(member, pointer, known: keys + otherKeys)
        }
        let given = members.filter { keys.contains($0.key) }
        guard given.count == 1, let member = given.first, let key = JobDocument.ContentKey(rawValue: member.key) else {
            fail(
                pointer, node.position, given.isEmpty ? "has no content" : "has more than one content",
                remedy: "Give one of \(keys.joined(separator: ", ")).")
            return nil
        }
        let place = pointer.member(member.key)
        guard let text = string(member.node, place, isSecret: true) else { return nil }
        switch key {
        case .content: return (.bytes(Array(text.utf8)), members)
        case .base64:
            if let bytes = Base64.bytes(text) { return (.bytes(bytes), members) }
            fail(
                place, member.node.position, "is not base64",
                remedy: "Use A-Z a-z 0-9 + / with = at the end; line breaks are passed over.")
        case .path:
            if !text.isEmpty { return (.path(text), members) }
            fail(place, member.node.position, "is empty", remedy: "Name a local file.")
        }
        return nil
    }

    mutating func checkPath(_ path: String, _ pointer: DocumentPointer, _ position: DocumentPosition) {
        guard !JobSpec.isWorkPath(path) else { return }
        fail(
            pointer, position, "is \"\(DocumentMistake.shown(path))\", which is not \(JobSpec.workPathForm)",
            remedy: "Write the path as it stands beneath /work, at most \(JobSpec.Bounds.path) bytes.")
    }

    mutating func check(
        size: Int, _ unit: String, atMost bound: Int, _ node: DocumentNode, _ pointer: DocumentPointer
    ) {
        guard size > bound else { return }
        fail(pointer, node.position, "has \(size) \(unit), but at most \(bound) are allowed", remedy: "Give fewer.")
    }
}
