import ArgumentParser
import Daemon
import Hardening
import Model

/// `caisson profile show`: everything about one profile.
struct ProfileShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a profile: its limits, its paths, and the system calls within a job's reach.")

    @Argument(help: "A profile's name, as `caisson profile list` prints it.") var name: String
    @OptionGroup var form: FormOption
    @OptionGroup var profiles: ProfilesOption

    func run() async throws { try run(set: profiles.set(), output: .standard) }

    /// The command without its surroundings.
    func run(set: ProfileSet, output: Output) throws {
        let report = try ProfileReport(named: name, of: set)
        guard form.form == .table else { return try output.json(ProfileView(report, in: set, isWhole: true)) }
        for line in Self.lines(report, in: set) { try output.line(line) }
    }

    private static let nameWidth = 11
    private static let textWidth = 108

    private static func lines(_ report: ProfileReport, in set: ProfileSet) -> [String] {
        let (profile, limits) = (report.profile, report.profile.limits)
        let foreign = report.foreign == 0 ? "none" : "\(report.foreign)"
        let calls = report.reachable.map { $0.isConditional ? "\($0.name)*" : $0.name }
        return [
            rows("profile", [profile.name]),
            rows("about", profile.description.split(separator: " ").map(String.init), separator: " "),
            rows("digest", [report.digest]),
            rows("from", [set.folder ?? "built in"]),
            rows(
                "limits",
                [
                    "cpus \(Double(limits.milliCPUs) / 1000)", "memory \(limits.memory)", "pids \(limits.pids)",
                    "files \(limits.files)", "output \(limits.output)", "result \(limits.result)",
                    "artifacts \(limits.artifacts)", "work \(limits.work)", "tmp \(limits.tmp)",
                    "start \(limits.start.shortText)", "run \(limits.run.shortText)",
                    "grace \(limits.grace.shortText)",
                ]),
            rows("masked", profile.maskedPaths),
            rows("read-only", profile.readOnlyPaths),
            rows(
                "filters",
                [
                    "outer \(report.outer.calls) calls in \(report.outer.instructions) instructions",
                    "inner \(report.inner.calls) calls in \(report.inner.instructions) instructions",
                ]),
            rows(
                "reachable",
                [
                    "\(calls.count) system calls through both (* depends on the arguments)",
                    "\(foreign) by other entries",
                ]),
            rows("", calls),
        ].flatMap { $0 }
    }

    /// A named list over as many lines as it takes.
    private static func rows(_ name: String, _ words: [String], separator: String = ", ") -> [String] {
        var lines: [String] = []
        var line = ""
        for (index, word) in words.enumerated() {
            let word = TextTable.oneLine(word, width: textWidth) + (index + 1 < words.count ? separator : "")
            if !line.isEmpty, line.count + word.count > textWidth {
                lines.append(line)
                line = ""
            }
            line += word
        }
        return (lines + [line]).enumerated().map { index, text in
            let text = text.last == " " ? String(text.dropLast()) : text
            let name = index == 0 ? name : ""
            return name + String(repeating: " ", count: max(1, nameWidth - name.count)) + text
        }
    }
}
