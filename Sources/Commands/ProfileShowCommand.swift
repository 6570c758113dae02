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

    private static func lines(_ report: ProfileReport, in set: ProfileSet) -> [String] {
        let (profile, limits) = (report.profile, report.profile.limits)
        let foreign = report.foreign == 0 ? "none" : "\(report.foreign)"
        let calls = report.reachable.map { $0.isConditional ? "\($0.name)*" : $0.name }
        return [
            TextRows.lines("profile", [profile.name]),
            TextRows.lines("about", profile.description.split(separator: " ").map(String.init), separator: " "),
            TextRows.lines("digest", [report.digest]),
            TextRows.lines("from", [set.folder ?? "built in"]),
            TextRows.lines(
                "limits",
                [
                    "cpus \(Double(limits.milliCPUs) / 1000)", "memory \(limits.memory)", "pids \(limits.pids)",
                    "files \(limits.files)", "output \(limits.output)", "result \(limits.result)",
                    "artifacts \(limits.artifacts)", "work \(limits.work)", "tmp \(limits.tmp)",
                    "start \(limits.start.shortText)", "run \(limits.run.shortText)",
                    "grace \(limits.grace.shortText)",
                ]),
            TextRows.lines("landlock", [profile.landlock.words]),
            TextRows.lines(
                "programs", [profile.executableWork ? "of the image and of /work" : "of the image alone"]),
            TextRows.lines("masked", profile.maskedPaths),
            TextRows.lines("read-only", profile.readOnlyPaths),
            TextRows.lines(
                "filters",
                [
                    "outer \(report.outer.calls) calls in \(report.outer.instructions) instructions",
                    "inner \(report.inner.calls) calls in \(report.inner.instructions) instructions",
                ]),
            TextRows.lines(
                "reachable",
                [
                    "\(calls.count) system calls through both (* depends on the arguments)",
                    "\(foreign) by other entries",
                ]),
            TextRows.lines("", calls),
        ].flatMap { $0 }
    }
}

extension LandlockDemand {
    /// As `profile show` and `profile explain` tell it.
    var words: String {
        switch self {
        case .required: "required: no job is run on a kernel without it"
        case .whenAvailable: "in force where the kernel has it"
        }
    }
}
