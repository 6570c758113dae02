import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports
import Scheduler

/// `caisson explain`: why a job is where it is.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why a job is where it is, what has to happen, and what to type.",
        discussion: "Example: `caisson explain @latest`.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        try await home.look { try await run(reader: $0, explainer: $1, output: .standard) }
    }

    /// The command without its surroundings.
    func run(reader: any JobReader, explainer: any JobExplainer, output: Output) async throws {
        let answer = try await explainer.explanation(of: try await reader.summary(job))
        guard form.form == .table else { return try output.json(answer) }
        for line in Self.lines(answer) { try output.line(line) }
    }

    static func lines(_ answer: ExplanationView) -> [String] {
        func shown(_ text: String) -> String { TextTable.oneLine(text, width: TextTable.sentence) }
        let reason = answer.reason.map { ": \($0.rawValue)" } ?? ""
        var lines = ["\(answer.job) is \(answer.state)\(reason)", "  \(shown(answer.sentence))"]
        if let needed = answer.needed { lines.append("  \(shown(needed))") }
        if let command = answer.command { lines.append("  Type: \(shown(command))") }
        return lines
    }
}

/// Explains from the stored jobs alone, where no daemon is.
struct FileExplainer: JobExplainer {
    let reader: any JobReader
    let now: WallTime

    func explanation(of job: JobSummary) async throws -> ExplanationView {
        let facts = try await reader.waitFacts(of: job.id)
        return ExplanationView(WaitAnswer(facts.job, Explanation(facts, daemon: nil, at: now)))
    }
}
