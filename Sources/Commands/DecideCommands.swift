import ArgumentParser
import Model
import Ports

/// What `approve` and `reject` take.
struct DecisionOptions: ParsableArguments {
    @Argument(help: "An approval's id, the beginning of one, or a graph in which only one approval waits.") var job:
        String
    @Option(help: ArgumentHelp("Why: it is kept with the decision.", valueName: "text")) var reason = ""
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    /// Decides and tells it.
    func decide(
        _ isApproved: Bool, daemon: any JobsControl & JobReader, output: Output
    ) async throws {
        let approval = try await approval(daemon)
        try await daemon.decide(approval.id, isApproved: isApproved, reason: reason)
        struct View: Encodable { let id, result: String }
        let result = isApproved ? "approved" : "rejected"
        guard form.form == .table else { return try output.json(View(id: "\(approval.id)", result: result)) }
        try output.line("\(approval.id)\t\(result)")
    }

    /// The approval that is meant.
    private func approval(_ reader: any JobReader) async throws -> JobSummary {
        let named = try await reader.summary(job)
        guard named.kind != .approval else { return named }
        var filter = JobFilter()
        (filter.root, filter.kinds, filter.states) = (named.root, [.approval], [.waiting])
        let waiting = try await reader.jobs(filter, limit: 10, before: nil).jobs
        guard waiting.count == 1, let only = waiting.first, named.id == named.root else {
            throw NoApproval(id: named.id, kind: named.kind, waiting: waiting.map(\.id))
        }
        return only
    }
}

/// What was named is no approval, and it is not clear which one is meant.
struct NoApproval: UserFacingError {
    let id: JobID
    let kind: JobKind
    /// Approvals that wait in its graph.
    let waiting: [JobID]

    var code: ErrorCode { .illegalState }
    var message: String {
        waiting.isEmpty
            ? "\(id) is of the kind \(kind.rawValue), and no approval waits there."
            : "\(id) is of the kind \(kind.rawValue), and it is not clear which approval is meant."
    }
    var remedy: String? {
        waiting.isEmpty
            ? "See `caisson list --kind approval --state waiting` for those that wait."
            : "Name one: \(waiting.map { "\($0)" }.joined(separator: ", "))."
    }
}

/// `caisson approve`: says yes.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to an approval: what needs it may begin.",
        discussion: "Example: `caisson approve @latest --reason \"looked at the report\"`.")
    @OptionGroup var options: DecisionOptions

    func run() async throws {
        try await options.home.daemon { try await options.decide(true, daemon: $0, output: .standard) }
    }
}

/// `caisson reject`: says no.
struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say no to an approval: it is denied, and what needs its yes is skipped.",
        discussion: "Example: `caisson reject @latest --reason \"too expensive\"`.")
    @OptionGroup var options: DecisionOptions

    func run() async throws {
        try await options.home.daemon { try await options.decide(false, daemon: $0, output: .standard) }
    }
}
