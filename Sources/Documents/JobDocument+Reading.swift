import Model

extension JobDocument {
    /// Reads a job document.
    ///
    /// - Parameter name: the document's name for messages; its ending tells JSON from YAML (``DocumentForm``).
    /// - Throws: ``DocumentMistakes`` with everything that is wrong, in the order of the document.
    package init(reading bytes: [UInt8], name: String) throws(DocumentMistakes) {
        let (node, mistakes) = DocumentReader.read(bytes, name: name)
        guard let node else { throw DocumentMistakes(mistakes.isEmpty ? [Self.empty(name)] : mistakes) }
        self.init(name: name)
        var checker = DocumentChecker(document: name, mistakes: mistakes)
        guard case .map(let members) = node.value else {
            let isEmpty = if case .null = node.value { true } else { false }
            let problem = isEmpty ? "is empty" : "is \(node.kind), but must be a map with kind: job"
            checker.mistakes.append(
                DocumentMistake(
                    .documentWrongType, document: name, position: node.position, problem: problem,
                    remedy: "Begin with kind: job."))
            throw DocumentMistakes(checker.mistakes)
        }
        read(members, node.position, &checker)
        guard checker.mistakes.isEmpty else { throw DocumentMistakes(checker.mistakes) }
    }

    private static func empty(_ name: String) -> DocumentMistake {
        DocumentMistake(
            .documentWrongType, document: name, position: nil, problem: "is empty", remedy: "Begin with kind: job.")
    }

    private mutating func read(
        _ members: [DocumentNode.Member], _ position: DocumentPosition, _ checker: inout DocumentChecker
    ) {
        if !members.contains(where: { $0.key == Key.kind.rawValue }) {
            checker.fail(.root, position, "has no kind", remedy: "Begin with kind: job.")
        }
        for member in members {
            let pointer = DocumentPointer.root.member(member.key)
            guard let key = Key(rawValue: member.key) else {
                checker.failUnknown(
                    member, .root, known: Key.allCases.map(\.rawValue), later: Self.laterKeys.contains(member.key))
                continue
            }
            note(key, at: member.node.position)
            read(key, member.node, pointer, &checker)
        }
    }

    private mutating func read(
        _ key: Key, _ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker
    ) {
        switch key {
        case .kind: checker.check(node, pointer, isOneOf: [Self.kind])
        case .image: image = checker.filledString(node, pointer)
        case .command: command = readCommand(node, pointer, &checker)
        case .files: files = readFiles(node, pointer, &checker)
        case .stdin: stdin = checker.content(node, pointer, otherKeys: [])?.content
        case .env: environment = readEnvironment(node, pointer, &checker)
        case .profile: profile = checker.filledString(node, pointer)
        case .limits: limits = readLimits(node, pointer, &checker)
        case .outputPolicy:
            outputPolicy = checker.check(node, pointer, isOneOf: JobSpec.OutputPolicy.allCases.map(\.rawValue))
                .flatMap(JobSpec.OutputPolicy.init)
        case .artifacts: artifacts = readArtifacts(node, pointer, &checker)
        case .changes: changes = checker.bool(node, pointer)
        case .egress:
            guard let items = checker.list(node, pointer), !items.isEmpty else { return }
            checker.fail(
                pointer, node.position, "asks for a network, which is not available yet",
                remedy: "Write egress: [] or leave it out: a job reaches no network.")
        case .effect:
            guard let effect = checker.string(node, pointer), effect != Self.effect else { return }
            checker.fail(
                pointer, node.position, "is \"\(DocumentMistake.shown(effect))\", which is not available yet",
                remedy: "Write effect: pure or leave it out: a job without a network has no other effect.")
        }
    }

    // MARK: One key each

    private func readCommand(_ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker)
        -> [String]?
    {
        guard let items = checker.list(node, pointer) else { return nil }
        let words = items.enumerated().compactMap { checker.string($1, pointer.item($0), isSecret: true) }
        guard words.count == items.count else { return nil }
        if words.first?.isEmpty != false {
            checker.fail(pointer, node.position, "names no program", remedy: "Write a program and its arguments.")
        }
        checker.check(
            size: words.reduce(0) { $0 + $1.utf8.count + 1 }, "bytes", atMost: JobSpec.Bounds.words, node, pointer)
        return words
    }

    private func readEnvironment(_ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker)
        -> [String: String]
    {
        guard let members = checker.map(node, pointer) else { return [:] }
        var environment: [String: String] = [:]
        for member in members {
            let place = pointer.member(member.key)
            if member.key.isEmpty || member.key.utf8.contains(UInt8(ascii: "=")) || member.key.utf8.contains(0) {
                checker.fail(
                    place, member.keyPosition, "is no name for a variable",
                    remedy: "Use a name that is not empty and has no = and no NUL.")
            }
            environment[member.key] = checker.string(member.node, place, isSecret: true)
        }
        let size = environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 }
        checker.check(size: size, "bytes", atMost: JobSpec.Bounds.words, node, pointer)
        return environment
    }

    private func readFiles(_ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker)
        -> [File]
    {
        guard let members = checker.map(node, pointer) else { return [] }
        checker.check(size: members.count, "files", atMost: JobSpec.Bounds.files, node, pointer)
        return members.compactMap { member in
            let place = pointer.member(member.key)
            checker.checkPath(member.key, place, member.keyPosition)
            guard let (content, members) = checker.content(member.node, place, otherKeys: [File.executableKey]) else {
                return nil
            }
            let executable = members.first { $0.key == File.executableKey }.flatMap {
                checker.bool($0.node, place.member($0.key))
            }
            return File(
                name: member.key, content: content, isExecutable: executable, pointer: place,
                position: member.keyPosition)
        }
    }

    private func readLimits(_ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker)
        -> [LimitField: Int64]
    {
        guard let members = checker.map(node, pointer) else { return [:] }
        var limits: [LimitField: Int64] = [:]
        for member in members {
            guard let field = LimitField(rawValue: member.key) else {
                checker.failUnknown(member, pointer, known: LimitField.allCases.map(\.rawValue))
                continue
            }
            limits[field] = checker.amount(of: field, member.node, pointer.member(member.key))
        }
        return limits
    }

    private func readArtifacts(_ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker)
        -> [String]
    {
        guard let items = checker.list(node, pointer) else { return [] }
        checker.check(size: items.count, "paths", atMost: JobSpec.Bounds.artifacts, node, pointer)
        var seen: Set<String> = []
        for (index, item) in items.enumerated() {
            let place = pointer.item(index)
            guard let path = checker.string(item, place) else { continue }
            checker.checkPath(path, place, item.position)
            guard !seen.insert(path).inserted else { continue }
            checker.fail(place, item.position, "is there already", remedy: "Keep one of the two.")
        }
        return items.compactMap { if case .string(let path) = $0.value { path } else { nil } }
    }
}
