import Model

/// What a document asks to have handed in: one job, a list, a graph, or the spec of an earlier job.
package enum SubmissionDocument: Sendable {
    case job(JobDocument)
    case graph(GraphDocument)
    case spec(SpecDocument)

    /// What is wrong with a condition in which these names stand for values, as the rest of a sentence and a remedy; `nil` if
    /// nothing is.
    package typealias ConditionCheck =
        @Sendable (_ condition: String, _ names: [String]) -> (
            problem: String, remedy: String?
        )?

    package static let kinds = [JobDocument.kind, GraphDocument.kind, GraphDocument.listKind, SpecDocument.kind]

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - name: the document's name for messages; its ending tells JSON from YAML (``DocumentForm``).
    ///   - checkCondition: looks at the conditions of a graph.
    /// - Throws: ``DocumentMistakes`` with everything that is wrong, in the order of the document.
    package init(reading bytes: [UInt8], name: String, checkCondition: @escaping ConditionCheck)
        throws(DocumentMistakes)
    {
        let (node, mistakes) = DocumentReader.read(bytes, name: name, size: .submission)
        guard let node else { throw DocumentMistakes(mistakes.isEmpty ? [JobDocument.empty(name)] : mistakes) }
        var checker = DocumentChecker(document: name, mistakes: mistakes)
        let document = Self.read(node, &checker, checkCondition)
        guard checker.mistakes.isEmpty, let document else { throw DocumentMistakes(checker.mistakes) }
        self = document
    }

    private static func read(
        _ node: DocumentNode, _ checker: inout DocumentChecker, _ checkCondition: @escaping ConditionCheck
    ) -> SubmissionDocument? {
        let name = checker.document
        switch node.value {
        case .list:
            var reader = GraphReader(
                document: name, isGraph: false, checker: checker, checkCondition: checkCondition)
            reader.readJobs(node, .root)
            checker = reader.checker
            return .graph(reader.graph)
        case .map(let members):
            return read(members, node.position, &checker, checkCondition)
        default:
            let isEmpty = if case .null = node.value { true } else { false }
            checker.mistakes.append(
                DocumentMistake(
                    .documentWrongType, document: name, position: node.position,
                    problem: isEmpty ? "is empty" : "is \(node.kind), but must be a map with a kind, or a list of jobs",
                    remedy: "Begin with kind: job or kind: graph."))
            return nil
        }
    }

    private static func read(
        _ members: [DocumentNode.Member], _ position: DocumentPosition, _ checker: inout DocumentChecker,
        _ checkCondition: @escaping ConditionCheck
    ) -> SubmissionDocument? {
        guard let member = members.first(where: { $0.key == JobDocument.Key.kind.rawValue }) else {
            let isGraph = members.contains { $0.key == GraphDocument.Key.jobs.rawValue }
            checker.fail(
                .root, position, "has no kind",
                remedy: "Begin with kind: \(isGraph ? GraphDocument.kind : JobDocument.kind).")
            return nil
        }
        let pointer = DocumentPointer.root.member(member.key)
        guard let kind = checker.check(member.node, pointer, isOneOf: kinds) else { return nil }
        switch kind {
        case JobDocument.kind:
            var job = JobDocument(name: checker.document)
            job.read(members, position, &checker)
            return .job(job)
        case SpecDocument.kind:
            return SpecDocument(members, position, &checker).map { .spec($0) }
        default:
            var reader = GraphReader(
                document: checker.document, isGraph: kind == GraphDocument.kind, checker: checker,
                checkCondition: checkCondition)
            reader.read(members, position)
            checker = reader.checker
            return .graph(reader.graph)
        }
    }
}
