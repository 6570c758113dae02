import ArgumentParser
import Hardening
import Model
import Ports

/// `caisson submit`: hands in a job, a list or a graph.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Hand in a job, a list or a graph, and print its id.",
        usage: """
            caisson submit -f DOCUMENT|- [flags]
            caisson submit --image NAME [flags] -- COMMAND ARG…
            """,
        discussion: """
            Only the id goes to stdout. A graph is accepted whole or not at all (Docs/Graphs.md). Flags about one job win over a job \
            document, and go with no other; --queue, --priority, --project, --hold, --idempotency-key and --after go with all. Of a \
            graph, --after is about the jobs that need no other one of it. With --wait \
            the exit status is that of `caisson wait`. Examples: `caisson submit -f graph.yaml`, `id=$(caisson submit --image \
            shell -- echo hello)`, `caisson submit --after $id:any --image shell -- echo done`.
            """)

    @OptionGroup var job: JobOptions
    @OptionGroup var placement: PlacementOptions
    @OptionGroup var after: AfterOption
    @Flag(help: "Wait until it has ended; the exit status tells how.") var wait = false
    @OptionGroup var profiles: ProfilesOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        // What is wrong is told before a daemon is looked for.
        let request = try SubmissionRequest.make(self, profiles: try profiles.set())
        try await home.daemon(warning: .standard) { try await run(request, daemon: $0, output: .standard) }.end()
    }

    /// The command without its surroundings.
    func run(
        _ request: SubmissionRequest, daemon: any JobsControl & JobReader, output: Output
    ) async throws -> ExitStatus {
        var request = request
        request.begin(after: try await after.needs(reader: daemon))
        let receipt = try await request.handIn(daemon)
        struct View: Encodable {
            let id: String
            let isNew: Bool
            let state: String?
        }
        if form.form == .table { try output.line("\(receipt.root)") }
        if !receipt.isNew { output.error("caisson: the same was accepted before under its idempotency key") }
        guard wait else {
            if form.form == .json { try output.json(View(id: "\(receipt.root)", isNew: receipt.isNew, state: nil)) }
            return .ok
        }
        let job = try await daemon.wait(for: receipt.root, limit: TimeoutOption.longest)
        if form.form == .json {
            try output.json(View(id: "\(job.id)", isNew: receipt.isNew, state: job.state.rawValue))
        } else {
            let message = job.message.map { ": \(TextTable.oneLine($0, width: TextTable.sentence))" } ?? ""
            output.error("caisson: job \(job.id) \(job.state.rawValue)\(message)")
        }
        return job.state.isTerminal ? ExitStatus(job.state) : .waitTimedOut
    }
}

/// Where what is handed in stands.
struct PlacementOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Whose work it is.", valueName: "name")) var project: String?
    @Option(help: ArgumentHelp("The queue that it stands in.", valueName: "name")) var queue: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("-100 ... 100; higher goes first within its queue.", valueName: "number"))
    var priority: Int?
    @Flag(help: "Begin nothing of it before `caisson release`.") var hold = false
    @Option(
        help: ArgumentHelp("Handed in again under the same key, it is the same job; 1 to 200 bytes.", valueName: "key"))
    var idempotencyKey: String?

    /// Puts it over what a submission says of itself; a queue or priority of a node's own stays.
    func apply(to submission: inout Submission) {
        let root = submission.placement
        func set(_ placement: inout Placement) {
            if let project { placement.project = project }
            if let queue, placement.queue == root.queue { placement.queue = queue }
            if let priority, placement.priority == root.priority { placement.priority = priority }
        }
        for index in submission.nodes.indices { set(&submission.nodes[index].placement) }
        set(&submission.placement)
        if hold { submission.isHeld = true }
        if let idempotencyKey { submission.idempotencyKey = idempotencyKey }
    }
}
