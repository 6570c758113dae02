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

    static func empty(_ name: String) -> DocumentMistake {
        DocumentMistake(
            .documentWrongType, document: name, position: nil, problem: "is empty", remedy: "Begin with kind: job.")
    }

    mutating func read(
        _ members: [DocumentNode.Member], _ position: DocumentPosition, _ checker: inout DocumentChecker
    ) {
        if !members.contains(where: { $0.key == Key.kind.rawValue }) {
            checker.fail(.root, position, "has no kind", remedy: "Begin with kind: job.")
        }
        for member in members {
            let pointer = DocumentPointer.root.member(member.key)
            guard let key = Key(rawValue: member.key) else {
                if GraphDocument.NodeKey(rawValue: member.key) != nil {
                    checker.fail(
                        pointer, member.keyPosition, "is only known of the jobs of a graph",
                        remedy: "Write kind: graph, with the jobs under jobs.")
                    continue
                }
                checker.failUnknown(member, .root, known: Self.keys, later: Self.laterKeys.contains(member.key))
                continue
            }
            read(key, member.node, pointer, &checker)
        }
        checkTogether(&checker)
    }

    private static let keys = Key.allCases.map(\.rawValue)

    /// Reads one key over what is there: an environment, limits and files by their names, everything else as a whole.
    ///
    /// - Parameter isNode: whether the job is part of a graph, and may be given what other nodes leave.
    mutating func read(
        _ key: Key, _ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker,
        isNode: Bool = false
    ) {
        note(key, pointer, at: node.position)
        switch key {
        case .kind:
            guard case .string(let word) = node.value, SubmissionDocument.kinds.contains(word), word != Self.kind else {
                checker.check(node, pointer, isOneOf: [Self.kind])
                return
            }
            checker.fail(
                pointer, node.position, "is \"\(word)\", but must be \(Self.kind) here",
                remedy: "Hand it in with `caisson submit -f`.")
        case .image: image = checker.filledString(node, pointer)
        case .command: command = readCommand(node, pointer, &checker)
        case .files: readFiles(node, pointer, &checker, isNode: isNode)
        case .stdin: stdin = checker.content(node, pointer, otherKeys: [])?.content
        case .env: environment.merge(readEnvironment(node, pointer, &checker)) { $1 }
        case .profile: profile = checker.filledString(node, pointer)
        case .limits: limits.merge(readLimits(node, pointer, &checker)) { $1 }
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
            effect = checker.check(node, pointer, isOneOf: Effect.allCases.map(\.rawValue)).flatMap(Effect.init)
        case .retry: retry = checker.retry(node, pointer)
        case .project: project = checker.placeName(node, pointer)
        case .queue: queue = checker.placeName(node, pointer)
        case .priority: priority = checker.integer(node, pointer, in: Placement.priorities)
        case .concurrency: concurrency = checker.concurrency(node, pointer)
        case .delay: delay = checker.duration(node, pointer, in: .zero...Self.longestDelay)
        case .notBefore: notBefore = checker.time(node, pointer)
        case .hold: isHeld = checker.bool(node, pointer)
        case .idempotencyKey: idempotencyKey = checker.text(node, pointer, atMost: 200)
        }
    }

    /// What is right alone and wrong together.
    func checkTogether(_ checker: inout DocumentChecker) {
        if let retry, retry.attempts > 1, effect == .once {
            checker.mistakes.append(
                mistake(
                    .retry, "does not go with effect: once, which is never run again by itself",
                    remedy: "Leave retry out, or write effect: idempotent if a second run does no harm."))
        }
        if delay != nil, notBefore != nil {
            checker.mistakes.append(
                mistake(.notBefore, "does not go with a delay", remedy: "Keep delay or not_before."))
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

    private mutating func readFiles(
        _ node: DocumentNode, _ pointer: DocumentPointer, _ checker: inout DocumentChecker, isNode: Bool
    ) {
        guard let members = checker.map(node, pointer) else { return }
        checker.check(size: members.count, "files", atMost: JobSpec.Bounds.files, node, pointer)
        let names = Set(members.map(\.key))
        files.removeAll { names.contains($0.name) }
        references.removeAll { names.contains($0.name) }
        for member in members {
            let place = pointer.member(member.key)
            checker.checkPath(member.key, place, member.keyPosition)
            if isNode, case .map(let keys) = member.node.value,
                keys.contains(where: { $0.key == Reference.Key.from.rawValue })
            {
                if let reference = checker.reference(member, keys, place) { references.append(reference) }
                continue
            }
            guard let (content, members) = checker.content(member.node, place, otherKeys: [File.executableKey]) else {
                continue
            }
            let executable = members.first { $0.key == File.executableKey }.flatMap {
                checker.bool($0.node, place.member($0.key))
            }
            files.append(
                File(
                    name: member.key, content: content, isExecutable: executable, pointer: place,
                    position: member.keyPosition))
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
