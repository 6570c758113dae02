import ArgumentParser
import Daemon
import Doctor
import Model

/// `caisson doctor`: what is right and what is wrong here.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check engine, machine and data folder; change nothing.",
        discussion: """
            Each check is ok, unknown, warn or fail, with what to do. Exit status: 0 if nothing fails, 6 if no engine answers, else 9.
            """)

    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        let diagnosis = Diagnosis(await FactCollector(try home.configuration()).collect())
        try run(diagnosis: diagnosis, output: .standard).end()
    }

    /// The command without its surroundings.
    func run(diagnosis: Diagnosis, output: Output) throws -> ExitStatus {
        switch form.form {
        case .json: try output.json(View(diagnosis))
        case .table: for line in Self.lines(diagnosis, columns: output.columns) { try output.line(line) }
        }
        if diagnosis.count(.fail) == 0 { return .ok }
        return diagnosis.isEngineUnreachable ? .engineUnreachable : .errored
    }

    /// - Parameter columns: of the terminal, if it is one; lines are then broken between words.
    private static func lines(_ diagnosis: Diagnosis, columns: Int?) -> [String] {
        func padded(_ text: String, _ texts: [String]) -> String {
            let width = (texts.map(\.count).max() ?? 0) + 2
            return text + String(repeating: " ", count: max(0, width - text.count))
        }
        var lines = diagnosis.findings.flatMap { finding in
            let head =
                padded(finding.level.rawValue, Finding.Level.allCases.map(\.rawValue))
                + padded(finding.check.rawValue, Check.allCases.map(\.rawValue))
            let margin = String(repeating: " ", count: head.count)
            // An engine's and a file's own words are among them.
            let message = TextTable.oneLine(finding.message, width: 500)
            // Whole: commands in it are there to be copied.
            let hint = finding.remedy.map { "\(margin)hint: \(TextTable.oneLine($0, width: 500))" }
            return WrappedText.lines(message, head: head, margin: margin, columns: columns) + (hint.map { [$0] } ?? [])
        }
        let counts = Finding.Level.allCases.map { "\(diagnosis.count($0)) \($0.rawValue)" }
        lines += ["", counts.joined(separator: ", ")]
        return lines
    }

    /// The same as `-o json` shows it.
    private struct View: Encodable {
        struct Item: Encodable {
            /// `id` is the problem's, else the check's.
            let id, check, level, message: String
            let remedy: String?
        }

        let findings: [Item]
        let ok, unknown, warn, fail: Int

        init(_ diagnosis: Diagnosis) {
            findings = diagnosis.findings.map {
                Item(
                    id: $0.id, check: $0.check.rawValue, level: $0.level.rawValue, message: $0.message,
                    remedy: $0.remedy)
            }
            (ok, unknown) = (diagnosis.count(.ok), diagnosis.count(.unknown))
            (warn, fail) = (diagnosis.count(.warn), diagnosis.count(.fail))
        }
    }
}
