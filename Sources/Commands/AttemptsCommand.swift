import ArgumentParser
import CellWire
import ControlWire
import Daemon
import Model
import Ports

/// `caisson attempts`: each try of a job.
struct AttemptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attempts", abstract: "List the attempts of a job, and how each of them ended.",
        discussion: "Example: `caisson attempts @latest`.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws { try await home.look { reader, _ in try await run(reader: reader, output: .standard) } }

    /// The command without its surroundings.
    func run(reader: any JobReader, output: Output) async throws {
        let job = try await reader.job(job)
        let attempts = try await reader.attempts(of: job.id)
        guard form.form == .table else { return try output.json(attempts.map { AttemptView($0) }) }
        var table = TextTable(["TRY", "STATE", "OUTCOME", "CREATED", "TOOK", "EXIT", "WHY"])
        for attempt in attempts {
            let exit = attempt.record.flatMap { record in
                record.signal.map { "signal \($0)" } ?? record.exitCode.map { "\($0)" }
            }
            table.add([
                "\(attempt.id.number)", attempt.state.rawValue, attempt.outcome?.rawValue ?? "-",
                attempt.createdAt.rfc3339,
                attempt.finishedAt.map { AgeText.text(from: attempt.createdAt, to: $0) } ?? "-", exit ?? "-",
                TextTable.oneLine(attempt.message ?? attempt.reason ?? "", width: 80),
            ])
        }
        for line in table.lines { try output.line(line) }
    }
}
