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
            filter only roots are listed: single jobs and graphs. With --count the same jobs are counted by state, all of them: `caisson \
            list --count --root k3v9`.
            """)

    @OptionGroup var filter: FilterOptions
    @Flag(help: "The jobs of graphs, too.") var all = false
    @Flag(help: "How many there are in each state, in place of the jobs; of -o, table and json.") var count = false
    @Option(help: ArgumentHelp("At most so many jobs: 1 ... 10000.", valueName: "count"))
    var limit = 50
    @Option(help: ArgumentHelp("Go on with the list behind this mark, as the last page told it.", valueName: "mark"))
    var after: Int64?
    @OptionGroup var form: ListFormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        try (1...10_000).check(limit, as: "--limit")
        if count, form.form != .table, form.form != .json {
            throw ValidationError("--count goes with -o table and -o json, not with \(form.form.rawValue).")
        }
        if count, after != nil { throw ValidationError("--count counts all of them: leave --after out.") }
    }

    func run() async throws {
        try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, now: WallTime, output: Output) async throws {
        var meant = try await filter.jobFilter(now: now, reader: reader)
        if filter.isEmpty, !all { meant.rootsOnly = true }
        if count { return try tell(try await reader.counts(meant), output) }
        let page = try await reader.jobs(meant, limit: limit, before: after)
        let paused = try await JobWhy.pausedQueues(of: page.jobs, reader: reader)
        try JobListing(page.jobs, now: now, paused: paused).print(form.form, next: page.next, output: output)
    }

    private func tell(_ counts: [JobState: Int], _ output: Output) throws {
        let view = CountView(counts)
        guard form.form == .table else { return try output.json(view) }
        var table = TextTable(["STATE", "JOBS"])
        for (state, count) in TreeText.sorted(counts) { table.add([state.rawValue, "\(count)"]) }
        table.add(["total", "\(view.total)"])
        for line in table.lines { try output.line(line) }
    }
}
