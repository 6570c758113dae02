import ArgumentParser
import Daemon
import Model
import Ports

/// `caisson list`: the newest jobs.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List jobs, the newest first.")

    @Option(help: ArgumentHelp("At most so many jobs: 1 ... 10000.", valueName: "count"))
    var limit = 50
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit is \(limit), but must be 1 ... 10000.")
        }
    }

    func run() async throws {
        try await run(reader: try Instance.reader(try home.configuration()), output: .standard)
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, output: Output) async throws {
        let jobs = try await reader.jobs(limit: limit)
        guard form.form == .table else { return try output.json(jobs.map { JobView($0) }) }
        var table = TextTable(["ID", "STATE", "CREATED", "TOOK", "IMAGE", "COMMAND"])
        for job in jobs {
            let took = job.finishedAt.map {
                Duration.milliseconds($0.milliseconds - job.createdAt.milliseconds).shortText
            }
            table.add([
                "\(job.id)", job.state.rawValue, job.createdAt.rfc3339, took ?? "-", job.spec.imageName,
                TextTable.oneLine(job.spec.command.joined(separator: " "), width: 60),
            ])
        }
        for line in table.lines { try output.line(line) }
    }
}
