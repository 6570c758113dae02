import Hardening
import SelfTest
import Testing

/// Whatever is not exactly what was asked for is a failure.
@Suite struct JudgeTests {
    private let test: SelfTest
    private let shared: ProbeRun

    init() throws {
        test = try SelfTest(try ProfileSet.builtIn.profile(named: "shell"), hostAddresses: [])
        shared = try #require(test.runs.first)
    }

    private static func line(_ id: String, _ seen: String) -> String { "{\"probe\":\"\(id)\",\"seen\":\"\(seen)\"}\n" }

    /// The findings that failed, by id, of a run that answered the first lines of the plan with `text`.
    private func failures(
        of ids: [String] = ["privilege.no_new", "privilege.seccomp"], _ text: String, end: RunOutcome.End = .exited(0)
    ) -> [String: ProbeFinding] {
        var judge = Judge(test)
        let run = ProbeRun(lines: shared.lines.filter { ids.contains($0.id) })
        judge.take(RunOutcome(output: Array(text.utf8), end: end), of: run)
        let failed = judge.findings.filter { !$0.isPassed && (ids.contains($0.id) || $0.id.hasPrefix("plan.")) }
        return Dictionary(uniqueKeysWithValues: failed.map { ($0.id, $0) })
    }

    private let right = line("privilege.no_new", "1") + line("privilege.seccomp", "2")
    private let whole = "{\"answered\":2}\n"

    @Test("answers as they must be pass, also with the line ends of a terminal")
    func passes() {
        #expect(failures(right + whole).isEmpty)
        #expect(failures((right + whole).replacing("\n", with: "\r\n")).isEmpty)
    }

    @Test("another answer than the right one fails, with what was wanted")
    func wrong() {
        let found = failures(Self.line("privilege.no_new", "0") + Self.line("privilege.seccomp", "2") + whole)
        #expect(found.keys.sorted() == ["privilege.no_new"])
        #expect(found["privilege.no_new"]?.seen == "0" && found["privilege.no_new"]?.wanted == "1")
    }

    @Test("a probe without an answer fails, and so does the plan")
    func missing() {
        let found = failures(Self.line("privilege.no_new", "1"))
        #expect(found.keys.sorted() == ["plan.1", "privilege.seccomp"])
        #expect(found["privilege.seccomp"]?.seen == nil)
    }

    @Test("a line that is no answer, one that nobody asked for, and a second answer fail")
    func strange() {
        for line in [
            "Segmentation fault\n", "{}\n", Self.line("kernel.bpf", "EPERM"), Self.line("privilege.no_new", "1"),
            "{\"probe\":\"privilege.no_new\"}\n", "{\"probe\":\n",
        ] {
            #expect(failures(right + line + whole).keys.sorted() == ["plan.1"], "\(line)")
        }
    }

    @Test("a first answer counts, whatever comes after it")
    func second() {
        let found = failures(
            Self.line("privilege.no_new", "0") + right + whole)
        #expect(found.keys.sorted() == ["plan.1", "privilege.no_new"])
    }

    @Test(
        "a sandbox that does not end as it must fails, though every answer is there",
        arguments: [RunOutcome.End.exited(1), .killed(signal: 31), .killed(signal: 9), .other("The sandbox ended.")])
    func end(_ end: RunOutcome.End) { #expect(failures(right + whole, end: end).keys.sorted() == ["plan.1"]) }

    @Test("another count of answers than there were probes fails")
    func count() { #expect(failures(right + "{\"answered\":3}\n").keys.sorted() == ["plan.1"]) }

    @Test("a sandbox that never ran leaves nothing but failures")
    func nothing() {
        let judge = Judge(test)
        let passed = judge.findings.filter(\.isPassed)
        #expect(passed.isEmpty && judge.findings.count == test.probes.count)
    }

    @Test("where a probe had a sandbox of its own, the end of that is its answer")
    func alone() throws {
        let strict = try SelfTest(try ProfileSet.builtIn.profile(named: "strict"), hostAddresses: [])
        let run = try #require(strict.runs.first { $0.lines.first?.id == "kernel.reboot" })
        func finding(_ text: String, _ end: RunOutcome.End) -> (ProbeFinding?, flaws: Int) {
            var judge = Judge(strict)
            judge.take(RunOutcome(output: Array(text.utf8), end: end), of: run)
            let findings = judge.findings
            return (
                findings.first { $0.id == "kernel.reboot" }, findings.count { $0.id.hasPrefix("plan.") }
            )
        }
        let killed = finding("", .killed(signal: 31))
        #expect(killed.0?.isPassed == true && killed.flaws == 0)
        let refused = finding(Self.line("kernel.reboot", "EPERM") + "{\"answered\":1}\n", .exited(0))
        #expect(refused.0?.isPassed == false && refused.flaws == 0)
        let other = finding("", .killed(signal: 9))
        #expect(other.0?.isPassed == false)
        let silent = finding("", .exited(0))
        #expect(silent.0?.seen == nil && silent.0?.isPassed == false && silent.flaws == 1)
        let lost = finding("", .other("The sandbox ended without a record."))
        #expect(lost.0?.isPassed == false && lost.flaws == 1)
    }

    @Test("of calls by number, those that differ are told by name, the first of them")
    func names() throws {
        let probe = try #require(test.probes.first { $0.id == "reach.native" })
        var judge = Judge(test)
        let answers = probe.lines.map { Self.line($0.id, "EFAULT") }.joined()
        judge.take(
            RunOutcome(output: Array((answers + "{\"answered\":\(probe.lines.count)}\n").utf8), end: .exited(0)),
            of: ProbeRun(lines: probe.lines))
        let seen = judge.findings.first { $0.id == "reach.native" }?.seen ?? ""
        #expect(seen.hasPrefix("ioctl (reach.16.0): EFAULT, not EPERM; "), "\(seen)")
        #expect(seen.contains(" more"))
    }

    @Test("of calls by number, one that differs fails all, and is told by its arguments")
    func reach() throws {
        let probe = try #require(test.probes.first { $0.id == "reach.x32" })
        var judge = Judge(test)
        let answers = probe.lines.enumerated().map { Self.line($1.id, $0 == 2 ? "ok" : "killed SIGSYS") }.joined()
        judge.take(
            RunOutcome(output: Array((answers + "{\"answered\":\(probe.lines.count)}\n").utf8), end: .exited(0)),
            of: ProbeRun(lines: probe.lines))
        let finding = judge.findings.first { $0.id == "reach.x32" }
        #expect(finding?.isPassed == false)
        #expect(finding?.seen == "call 1073741863: ok, not killed SIGSYS")
    }
}
