import Model

// Values with rules that more than one kind of document has.

extension DocumentChecker {
    /// A whole number in a range.
    mutating func integer(_ node: DocumentNode, _ pointer: DocumentPointer, in range: ClosedRange<Int>) -> Int? {
        let allowed = "\(range.lowerBound) to \(range.upperBound)"
        guard case .number(let text) = node.value else {
            fail(pointer, node.position, "is \(node.kind), but must be a whole number", remedy: "Write \(allowed).")
            return nil
        }
        guard let number = Int(text), range.contains(number) else {
            fail(
                pointer, node.position, "is \(DocumentMistake.shown(text)), but must be a whole number in \(allowed)",
                remedy: "Write \(allowed).")
            return nil
        }
        return number
    }

    /// A duration with its unit, in a range.
    mutating func duration(_ node: DocumentNode, _ pointer: DocumentPointer, in range: ClosedRange<Duration>)
        -> Duration?
    {
        let allowed = "\(range.lowerBound.text) to \(range.upperBound.text)"
        if case .number(let number) = node.value {
            fail(pointer, node.position, "has no unit", remedy: "Add it: \(number)s, for example (\(allowed)).")
            return nil
        }
        guard let text = string(node, pointer) else { return nil }
        do throws(ModelError) {
            let duration = try Duration(text: text, field: "")
            guard !range.contains(duration) else { return duration }
            fail(
                pointer, node.position, "is \(DocumentMistake.shown(text)), but must be \(allowed)",
                remedy: "Choose \(allowed).")
        } catch {
            fail(
                pointer, node.position, "is \"\(DocumentMistake.shown(text))\", which is not \(Duration.form)",
                remedy: "Write \(Duration.form).")
        }
        return nil
    }

    /// A moment, as RFC 3339 has it.
    mutating func time(_ node: DocumentNode, _ pointer: DocumentPointer) -> WallTime? {
        let form = "a time such as \"2026-03-01T08:15:00Z\" (RFC 3339, with a zone)"
        guard let text = string(node, pointer) else { return nil }
        if let time = WallTime(rfc3339: text) { return time }
        fail(
            pointer, node.position, "is \"\(DocumentMistake.shown(text))\", which is not \(form)",
            remedy: "Write \(form), or delay: with a duration.")
        return nil
    }

    /// The name of a project, a queue or a node.
    mutating func placeName(_ node: DocumentNode, _ pointer: DocumentPointer) -> String? {
        guard let text = string(node, pointer) else { return nil }
        if Placement.isName(text) { return text }
        fail(
            pointer, node.position, "is \"\(DocumentMistake.shown(text))\", which is no name",
            remedy: "Write \(Placement.nameForm).")
        return nil
    }

    /// A text that is not empty and of bounded length.
    mutating func text(_ node: DocumentNode, _ pointer: DocumentPointer, atMost bytes: Int) -> String? {
        guard let text = string(node, pointer) else { return nil }
        if (1...bytes).contains(text.utf8.count) { return text }
        fail(
            pointer, node.position, "has \(text.utf8.count) bytes, but must have 1 to \(bytes)",
            remedy: text.isEmpty ? "Write something, or leave the key out." : "Write less.")
        return nil
    }

    /// The members of a map whose keys are closed, by their key.
    mutating func members<Key: RawRepresentable<String> & CaseIterable & Hashable>(
        _ node: DocumentNode, _ pointer: DocumentPointer, _ keys: Key.Type
    ) -> [Key: DocumentNode]? {
        guard let members = map(node, pointer) else { return nil }
        var values: [Key: DocumentNode] = [:]
        for member in members {
            guard let key = Key(rawValue: member.key) else {
                failUnknown(member, pointer, known: Key.allCases.map(\.rawValue))
                continue
            }
            values[key] = member.node
        }
        return values
    }

    // MARK: Retry and concurrency

    mutating func retry(_ node: DocumentNode, _ pointer: DocumentPointer) -> RetryPolicy? {
        typealias Key = JobDocument.RetryKey
        guard let members = members(node, pointer, Key.self) else { return nil }
        func place(_ key: Key) -> DocumentPointer { pointer.member(key.rawValue) }
        guard let attemptsNode = members[.attempts] else {
            fail(pointer, node.position, "does not say how many attempts", remedy: "Write retry: {attempts: 3}.")
            return nil
        }
        let attempts = integer(attemptsNode, place(.attempts), in: 1...RetryPolicy.mostAttempts)
        let longest = Duration.seconds(86_400)
        let base = members[.base].map { duration($0, place(.base), in: .milliseconds(10)...longest) }
        let cap = members[.cap].map { duration($0, place(.cap), in: .milliseconds(10)...longest) }
        // What was given and is wrong has been told.
        guard let attempts, base != .some(.none), cap != .some(.none) else { return nil }
        var policy = RetryPolicy(attempts: attempts)
        if let base = base ?? nil { (policy.base, policy.cap) = (base, max(policy.cap, base)) }
        if let cap = cap ?? nil {
            policy.cap = cap
            if members[.base] == nil { policy.base = min(policy.base, cap) }
        }
        if policy.base > policy.cap {
            fail(
                place(.base), members[.base]?.position ?? node.position,
                "is \(policy.base.text), but must be at most the cap (\(policy.cap.text))",
                remedy: "Raise cap, or lower base.")
            return nil
        }
        return policy
    }

    mutating func concurrency(_ node: DocumentNode, _ pointer: DocumentPointer) -> Placement.Concurrency? {
        typealias Key = JobDocument.ConcurrencyKey
        guard let members = members(node, pointer, Key.self) else { return nil }
        guard let keyNode = members[.key], let limitNode = members[.limit] else {
            fail(
                pointer, node.position, "needs both a key and a limit",
                remedy: "Write concurrency: {key: db, limit: 2}.")
            return nil
        }
        let key = text(keyNode, pointer.member(Key.key.rawValue), atMost: 200)
        let limit = integer(limitNode, pointer.member(Key.limit.rawValue), in: 1...100_000)
        guard let key, let limit else { return nil }
        return Placement.Concurrency(key: key, limit: limit)
    }
}
