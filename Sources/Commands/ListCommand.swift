import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports

/// `caisson list`: jobs, the newest first.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List jobs, the newest first.",
        discussion: """
            Examples: `caisson list --state failed --since 1h`, `caisson list --filter state=open,queue=gpu`. Without --root or a \
            filter only roots are listed: single jobs and graphs.
            """)

    @OptionGroup var filter: FilterOptions
    @Flag(help: "The jobs of graphs, too.") var all = false
    @Option(help: ArgumentHelp("At most so many jobs: 1 ... 10000.", valueName: "count"))
    var limit = 50
    @Option(help: ArgumentHelp("Go on with the list behind this mark, as the last page told it.", valueName: "mark"))
    var after: Int64?
    @OptionGroup var form: ListFormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit is \(limit), but must be 1 ... 10000.")
        }
    }

    func run() async throws {
        try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, now: WallTime, output: Output) async throws {
        var meant = try await filter.jobFilter(now: now, reader: reader)
        if filter.isEmpty, !all { meant.rootsOnly = true }
        let page = try await reader.jobs(meant, limit: limit, before: after)
        try JobListing(page.jobs, now: now).print(form.form, next: page.next, output: output)
    }
}
