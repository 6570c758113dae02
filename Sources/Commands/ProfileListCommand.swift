import ArgumentParser
import Daemon
import Hardening
import Model

/// `caisson profile list`: every profile in a line.
struct ProfileListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the profiles.",
        discussion: "CALLS is the number of system calls that a job can reach.")

    @OptionGroup var form: FormOption
    @OptionGroup var profiles: ProfilesOption

    func run() async throws { try run(set: profiles.set(), output: .standard) }

    /// The command without its surroundings.
    func run(set: ProfileSet, output: Output) throws {
        let reports = try set.names.map { try ProfileReport(named: $0, of: set) }
        guard form.form == .table else { return try output.json(reports.map { ProfileView($0, in: set) }) }
        var table = TextTable(["NAME", "CALLS", "CPUS", "MEMORY", "PIDS", "RUN", "DIGEST", "FOR"])
        for report in reports {
            let limits = report.profile.limits
            table.add([
                report.profile.name, "\(report.reachable.count)", "\(Double(limits.milliCPUs) / 1000)",
                "\(limits.memory)", "\(limits.pids)", limits.run.shortText, report.shortDigest,
                TextTable.oneLine(report.profile.purpose, width: 62),
            ])
        }
        for line in table.lines { try output.line(line) }
    }
}

extension Profile {
    /// Which programs it is for: the first sentence of its description.
    var purpose: String { description.split(separator: ". ").first.map { "\($0)" } ?? description }
}

extension ProfileReport {
    /// Enough of the digest to tell profiles apart.
    var shortDigest: String { String(digest.prefix(Self.shortDigestLength)) }
    /// `sha256:` and twelve digits.
    static let shortDigestLength = 19
}
