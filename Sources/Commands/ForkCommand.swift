import ArgumentParser
import Model
import Ports

/// `caisson fork`: a new job from an old one, with something changed.
struct ForkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork", abstract: "Hand in a job again with something changed; prints the new id.",
        usage: "caisson fork JOB [--env K=V]… [--limit NAME=VALUE,…]… [-- COMMAND ARG…]",
        discussion: """
            Image and files are those of the old job; what another job of its graph gave it stays with it. Example: `caisson fork \
            @latest --limit memory=512MiB`.
            """)

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Option(
        name: .customLong("env"), help: ArgumentHelp("A variable to set; the others stay.", valueName: "k=v"))
    var environment: [String] = []
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp("Limits to set; the others stay.", valueName: "name=value,…"))
    var limits: [String] = []
    @Option(help: ArgumentHelp("Another queue.", valueName: "name")) var queue: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("Another priority: -100 ... 100.", valueName: "number"))
    var priority: Int?
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions
    @Argument(parsing: .postTerminator, help: "Another command and its arguments, after --.")
    var command: [String] = []

    func run() async throws {
        try await home.daemon { try await run(daemon: $0, output: .standard) }
    }

    /// The command without its surroundings.
    func run(daemon: any JobsControl & JobReader, output: Output) async throws {
        let changes = try changes(try await daemon.summary(job))
        let id = try await daemon.fork(try await daemon.summary(job).id, changes)
        struct View: Encodable { let id: String }
        guard form.form == .table else { return try output.json(View(id: "\(id)")) }
        try output.line("\(id)")
    }

    /// - Throws: ``InputError`` with everything that is wrong.
    private func changes(_ job: JobSummary) throws -> ForkChanges {
        let (amounts, limitMistakes) = LimitFlags.read(limits, timeout: nil)
        var mistakes: [any UserFacingError] = limitMistakes
        var changes = ForkChanges(
            command: command.isEmpty ? nil : command,
            environment: RunRequest.environment(environment, &mistakes),
            limits: Dictionary(
                amounts.map { ($0.key.rawValue, $0.key.text($0.value)) }, uniquingKeysWith: { first, _ in first }))
        if queue != nil || priority != nil {
            var placement = job.placement
            placement.queue = queue ?? placement.queue
            placement.priority = priority ?? placement.priority
            mistakes += placement.mistakes
            changes.placement = placement
        }
        guard mistakes.isEmpty else { throw InputError(mistakes: mistakes) }
        return changes
    }
}
