import ArgumentParser
import Model
import Ports

/// `caisson priority`: what goes first within its queue.
struct PriorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "priority", abstract: "Set the priority of a job that waits: higher goes first within its queue.",
        discussion: "Examples: `caisson priority @latest 10`, `caisson priority k3v9 -- -10`.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Argument(help: "-100 ... 100.") var priority: Int
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws { try Placement.priorities.check(priority, as: "The priority") }

    func run() async throws {
        try await home.daemon { try await run(daemon: $0, output: .standard) }
    }

    /// The command without its surroundings.
    func run(daemon: any JobsControl & JobReader, output: Output) async throws {
        let job = try await daemon.summary(job)
        try await daemon.setPriority(of: job.id, to: priority)
        struct View: Encodable {
            let id: String
            let priority: Int
        }
        guard form.form == .table else { return try output.json(View(id: "\(job.id)", priority: priority)) }
        try output.line("\(job.id)\t\(priority)")
    }
}
