import ArgumentParser
import Daemon
import Hardening
import Model
import SelfTest

/// `caisson selftest sandbox`: tries in real sandboxes what no job may do.
struct SelftestSandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Run probes as jobs that try what no job may do, and judge what they saw.",
        discussion: """
            A probe passes if it saw exactly what the profile promises; one without an answer fails. Every system call is tried by \
            its number and compared with what follows from the profile's two lists. The jobs run in a data folder of their own, of \
            which nothing stays. Exit status: 0 if all probes of all profiles pass, 1 if one fails.
            """)

    @Option(help: ArgumentHelp("The profile to try. Else all of them, one after the other.", valueName: "name"))
    var profile: String?
    @OptionGroup var profiles: ProfilesOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await run(configuration: try home.configuration(), output: .standard).end()
    }

    /// The command without its surroundings.
    func run(configuration: InstanceConfiguration, output: Output) async throws -> ExitStatus {
        let set = try profiles.set()
        let prepared = try (profile.map { [$0] } ?? set.names).map { try Instance.profile(named: $0, of: set) }
        let signals = CancelSignals()
        defer { signals.end() }
        let (asks, form, program, folder) = (signals.asks, form.form, configuration.probePath, set.folder)
        do {
            return try await TemporaryInstance.with(
                configuration, logger: StandardErrorLog.logger, until: { for await _ in asks { return } }
            ) { instance in
                let prober = try await instance.prober(programPath: program, profilesFolder: folder)
                var (probes, failed) = (0, 0)
                for each in prepared {
                    let report = try await prober.run(each)
                    try Self.show(report, form, output: output)
                    probes += report.findings.count
                    failed += report.failed
                }
                if form == .table, prepared.count > 1 {
                    try output.line("\(prepared.count) profiles: \(probes - failed) passed, \(failed) failed")
                }
                return failed > 0 ? .jobFailed : .ok
            }
        } catch is CancellationError {
            output.error("caisson: the self-test was cancelled")
            return .cancelled
        }
    }

    /// One profile's findings: as a table with a last line of counts, or as one object in a line.
    static func show(_ report: ProbeRunner.Report, _ form: OutputForm, output: Output) throws {
        guard form == .table else { return try output.line(Output.compactJSON(View(report))) }
        var table = TextTable(["RESULT", "PROBE", "TRIED", "SEEN"])
        for finding in report.findings {
            let seen = TextTable.oneLine(finding.seen ?? "no answer", width: 300)
            table.add([
                finding.isPassed ? "PASS" : "FAIL", finding.id, TextTable.oneLine(finding.meaning, width: 60),
                finding.isPassed ? seen : "\(seen); wanted: \(TextTable.oneLine(finding.wanted, width: 300))",
            ])
        }
        for line in table.lines { try output.line(line) }
        try output.line("")
        try output.line(
            "profile \(report.profile): \(report.findings.count - report.failed) passed, \(report.failed) failed, "
                + "\(report.jobs.count == 1 ? "1 job" : "\(report.jobs.count) jobs"), \(report.elapsed.shortText)")
        try output.line("")
    }

    /// The same as `-o json` shows it.
    private struct View: Encodable {
        struct Item: Encodable {
            let probe, result, tried: String
            let seen: String?
            let wanted: String
        }

        let profile, digest: String
        let passed, failed: Int
        let elapsed_ms: Int64
        let jobs: [String]
        let probes: [Item]

        init(_ report: ProbeRunner.Report) {
            (profile, digest) = (report.profile, report.digest)
            (passed, failed) = (report.findings.count - report.failed, report.failed)
            (elapsed_ms, jobs) = (Int64(report.elapsed.wholeMilliseconds), report.jobs.map { "\($0)" })
            probes = report.findings.map {
                Item(
                    probe: $0.id, result: $0.isPassed ? "pass" : "fail", tried: $0.meaning, seen: $0.seen,
                    wanted: $0.wanted)
            }
        }
    }
}
