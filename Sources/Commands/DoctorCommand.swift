import ArgumentParser
import Daemon
import Doctor
import Model

/// `caisson doctor`: what is right and what is wrong here.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check engine, machine and data folder; change nothing.",
        discussion: """
            Each check is ok, warn or fail, with what to do. Exit status: 0 if nothing fails, 6 if no engine answers, else 9.
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
        case .table: for line in Self.lines(diagnosis) { try output.line(line) }
        }
        if diagnosis.count(.fail) == 0 { return .ok }
        return diagnosis.isEngineUnreachable ? .engineUnreachable : .errored
    }

    private static func lines(_ diagnosis: Diagnosis) -> [String] {
        let width = (Check.allCases.map(\.rawValue.count).max() ?? 0) + 2
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let margin = String(repeating: " ", count: 6 + width)
        var lines = diagnosis.findings.flatMap { finding in
            // An engine's and a file's own words are among them.
            let message = TextTable.oneLine(finding.message, width: 500)
            let line = padded(finding.level.rawValue, 6) + padded(finding.check.rawValue, width) + message
            return [line] + (finding.remedy.map { ["\(margin)hint: \(TextTable.oneLine($0, width: 500))"] } ?? [])
        }
        let counts = Finding.Level.allCases.map { "\(diagnosis.count($0)) \($0.rawValue)" }
        lines += ["", counts.joined(separator: ", ")]
        return lines
    }

    /// The same as `-o json` shows it.
    private struct View: Encodable {
        struct Item: Encodable {
            let check, level, message: String
            let remedy: String?
        }

        let findings: [Item]
        let ok, warn, fail: Int

        init(_ diagnosis: Diagnosis) {
            findings = diagnosis.findings.map {
                Item(check: $0.check.rawValue, level: $0.level.rawValue, message: $0.message, remedy: $0.remedy)
            }
            (ok, warn, fail) = (diagnosis.count(.ok), diagnosis.count(.warn), diagnosis.count(.fail))
        }
    }
}
