import Doctor
import Foundation
import Model
import Ports
import Testing

@Suite struct DiagnosisTests {
    /// One thing that is spoilt, and what must then be found of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let problem: Problem
        let level: Finding.Level
        /// A part of the sentence.
        let says: String
        let name: String?
        /// What else is found with it: an old program has what a less old one has, too.
        let besides: [Problem]
        let spoil: @Sendable (inout DoctorFacts) -> Void

        init(
            _ problem: Problem, _ level: Finding.Level, _ says: String, named name: String? = nil,
            besides: [Problem] = [], _ spoil: @escaping @Sendable (inout DoctorFacts) -> Void
        ) {
            (self.problem, self.level, self.says) = (problem, level, says)
            (self.name, self.besides, self.spoil) = (name, besides, spoil)
        }

        var testDescription: String { problem.rawValue + (name.map { " (\($0))" } ?? "") }
    }

    static let cases =
        engineCases + controlCases + versionCases + folderCases + storeCases + machineCases + kernelCases

    @Test("where all is well, each check says so, and there is nothing to do")
    func healthy() {
        let diagnosis = Diagnosis(Samples.healthy)
        #expect(diagnosis.findings.map(\.check) == Check.allCases)
        for finding in diagnosis.findings {
            #expect(finding.level == .ok, "\(finding.check): \(finding.message)")
            #expect(finding.remedy == nil)
            #expect(finding.id == finding.check.rawValue)
            #expect(finding.message.hasSuffix("."))
        }
        #expect(!diagnosis.isEngineUnreachable)
    }

    @Test("what is wrong is found, with a remedy, and nothing else changes", arguments: cases)
    func spoilt(_ testCase: Case) throws {
        var facts = Samples.healthy
        testCase.spoil(&facts)
        let findings = Diagnosis(facts).findings
        let bad = findings.filter { $0.level != .ok }
        #expect(Set(bad.map(\.problem)) == Set([testCase.problem] + testCase.besides), "\(bad)")
        let found = try #require(bad.first { $0.problem == testCase.problem }, "\(bad)")
        #expect(found.level == testCase.level)
        #expect(found.message.contains(testCase.says), "\(found.message)")
        #expect(found.message.hasSuffix("."))
        #expect(found.remedy?.isEmpty == false)
        #expect(found.id == testCase.problem.rawValue)
        // The id says whose it is, also where checks have names that begin alike.
        #expect(found.id.split(separator: ".").dropLast().joined(separator: ".") == found.check.rawValue)
        let untouched = findings.filter { $0.check != found.check }.map(\.id)
        // Of a folder that cannot be opened the content is not judged, of a database that cannot be read not the blobs.
        let dependent: [Check: Check] = [.folder: .folderContent, .store: .storeBlobs]
        let expected = Check.allCases.filter { $0 != found.check }.filter {
            $0 != dependent[found.check] || untouched.contains($0.rawValue)
        }
        #expect(untouched == expected.map(\.rawValue))
    }

    @Test("everything that can be wrong or unknown is among what was spoilt")
    func complete() {
        let apart: Set<Problem> = [.engineElsewhere, .engineUnreachable, .engineTooOld, .engineRefuses]
        #expect(Set(Self.cases.map(\.problem)).union(apart) == Set(Problem.allCases))
        #expect(Problem.allCases.count >= 30)
    }

    @Test(
        "a version with the mend is not complained of",
        arguments: [
            ("1.1.14", [Problem.runcMasks]), ("1.2.8", []), ("1.3.3+ds1", []), ("1.4.0", []), ("2.0", []),
        ])
    func mended(_ version: String, _ expected: [Problem]) {
        var facts = Samples.healthy
        Self.info { $0.components["runc"] = version }(&facts)
        let found = Diagnosis(facts).findings.compactMap(\.problem)
        #expect(found == expected)
    }

    @Test("a library with the mend is not complained of", arguments: ["3.44.6", "3.50.7", "3.51.3", "3.53.0", "4.0.0"])
    func mendedLibrary(_ version: String) {
        var facts = Samples.healthy
        facts.sqlite = version
        #expect(Diagnosis(facts).findings.allSatisfy { $0.level == .ok })
    }

    @Test("an engine that does not answer is said, and everything else is looked at all the same")
    func unreachable() {
        var facts = Samples.healthy
        facts.engine.socket = .missing
        let error = EngineError.unreachable(address: "unix:///x", reason: "nobody listens")
        facts.engine.survey = .failure(Trouble(error))
        let diagnosis = Diagnosis(facts)
        #expect(diagnosis.isEngineUnreachable)
        #expect(diagnosis.findings.compactMap(\.problem) == [.socketMissing, .engineUnreachable])
        let answer = diagnosis.findings.first { $0.check == .engineAnswer }
        #expect(answer?.message == error.message)
        #expect(answer?.remedy == error.remedy)
        let checks = Set(diagnosis.findings.map(\.check))
        #expect(checks.isSuperset(of: [.cell, .folder, .folderSpace, .store, .lock, .clock, .kernel]))
    }

    @Test("an engine that is too old cannot be reached; one that is slow can")
    func kinds() {
        var facts = Samples.healthy
        facts.engine.survey = .failure(Trouble(EngineError.tooOld(found: "1.24", needed: "1.41")))
        #expect(Diagnosis(facts).isEngineUnreachable)
        #expect(Diagnosis(facts).findings.compactMap(\.problem) == [.engineTooOld])
        facts.engine.survey = .failure(Trouble(EngineError.timedOut(call: "GET /info", limit: .seconds(10))))
        #expect(!Diagnosis(facts).isEngineUnreachable)
        #expect(Diagnosis(facts).findings.compactMap(\.problem) == [.engineRefuses])
        facts.engine.survey = .failure(Trouble(EngineError.refused(call: "GET /info", status: 500, detail: "x")))
        #expect(Diagnosis(facts).findings.filter { $0.level == .fail }.allSatisfy { $0.remedy?.isEmpty == false })
    }

    @Test("who may use the engine is said as what it is: root")
    func socketUsers() {
        func message(_ mode: UInt32) -> String? {
            var facts = Samples.healthy
            facts.engine.socket = .present(owner: "root", group: "docker", mode: mode, mayUse: true, members: [])
            return Diagnosis(facts).findings.first { $0.check == .engineSocket }?.message
        }
        #expect(
            message(0o660)
                == "User root and the members of group docker may use the engine (mode 660), and so can be root on its machine."
        )
        #expect(message(0o600) == "User root may use the engine (mode 600), and so can be root on its machine.")
    }

    @Test("a data folder that does not exist yet is no fault")
    func noFolder() {
        var facts = Samples.healthy
        facts.folder.state = .missing(parent: "/h/a", mayBeMade: true)
        facts.store = .missing(isOrphaned: false)
        let diagnosis = Diagnosis(facts)
        #expect(diagnosis.count(.warn) + diagnosis.count(.fail) == 0)
        // What is in the engine belongs to others then.
        #expect(
            diagnosis.findings.last?.message.hasPrefix("1 other data folder in the engine: 0 containers and 1 volume.")
                == true)
    }

    @Test("containers of a process that works in the folder are not left over")
    func working() {
        var facts = Samples.healthy
        var survey = Samples.survey
        survey.traces[Samples.installation]?.containers = 1
        facts.engine.survey = .success(survey)
        facts.lock = .held(pid: 4711)
        let findings = Diagnosis(facts).findings
        #expect(findings.allSatisfy { $0.level == .ok })
        #expect(findings.first { $0.check == .lock }?.message.contains("4711") == true)
    }

    @Test("a program that takes core dumps is no fault: those of jobs do not reach it")
    func crashHandler() {
        var facts = Samples.healthy
        facts.machine.settings[.corePattern] = "|/usr/share/apport/apport -p%p -s%s"
        let finding = Diagnosis(facts).findings.first { $0.check == .kernelCoreDumps }
        #expect(finding?.level == .ok)
        #expect(finding?.message.contains("to /usr/share/apport/apport, but not those of jobs") == true)
    }

    @Test("an engine behind TLS is as good as one behind a socket")
    func encrypted() {
        var facts = Samples.healthy
        (facts.engine.address, facts.engine.socket) = ("tcp://box:2376", nil)
        facts.engine.isEncrypted = true
        #expect(Diagnosis(facts).findings.allSatisfy { $0.level == .ok })
    }

    @Test("blobs are judged also of a database that is too large to be checked, but of none that is damaged")
    func blobsOfDatabases() {
        func problems(_ integrity: StoreSurvey.Integrity) -> [Problem] {
            var (facts, survey) = (Samples.healthy, Samples.store)
            survey.integrity = integrity
            survey.blobFiles?.insert("sha256:cd")
            facts.store = .present(survey, isOrphaned: true)
            return Diagnosis(facts).findings.compactMap(\.problem)
        }
        #expect(problems(.unfinished) == [.storeUnchecked, .blobsMissing])
        #expect(problems(.broken("x")) == [.storeDamaged])
    }

    @Test("blobs of a run that works are not called stray")
    func blobsInTheMaking() {
        var facts = Samples.healthy
        facts.folder.blobFiles?.insert("sha256:cd")
        facts.lock = .held(pid: 4711)
        #expect(Diagnosis(facts).findings.allSatisfy { $0.level == .ok })
    }

    @Test("of another machine only what its engine tells is judged, and that the rest is unknown is said")
    func remoteKernel() {
        var facts = Samples.healthy
        facts.machine.kernelRelease = "5.4.0"
        facts.machine.seccompActions = []
        facts.machine.settings = [.ioUringDisabled: "0"]
        (facts.engine.space, facts.machine.availableMemory) = (nil, .mebibytes(1))
        let findings = Diagnosis(facts).findings
        #expect(findings.compactMap(\.problem) == [.engineElsewhere])
        let machine = findings.first { $0.check == .engineMachine }
        #expect(machine?.level == .unknown)
        #expect(machine?.remedy?.isEmpty == false)
        let told = Set(findings.map(\.check))
        #expect(told.isDisjoint(with: [.engineSpace, .kernelIOUring, .kernelLandlock, .kernelCoreDumps]))
        // Its kernel's version it does tell.
        Self.info { $0.kernelVersion = "5.4.1" }(&facts)
        #expect(Diagnosis(facts).findings.compactMap(\.problem) == [.engineElsewhere, .kernelTooOld])
    }
}

/// `Docs/Operations.md` says what to do on each finding.
@Suite struct OperationsPageTests {
    /// The cells of the table of checks.
    private static func rows() throws -> [[String]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/Operations.md"), encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix("What each check of `doctor` wants") })
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private static func names(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    @Test("every check has its row, and no row is of a check that does not exist")
    func checks() throws {
        let names = try Self.rows().flatMap { Self.names($0[0]) }
        #expect(names.sorted() == Check.allCases.map(\.rawValue).sorted())
    }

    @Test("every finding stands in its check's row with its level, and no other")
    func findings() throws {
        var written: Set<String> = []
        for row in try Self.rows() {
            // Several checks in one row have the same findings. As in "fail: `missing` `hidden`; warn: `many_users`".
            for check in Self.names(row[0]) {
                for part in row[1].split(separator: ";") {
                    let level = part.split(separator: ":")[0].trimmingCharacters(in: .whitespaces)
                    written.formUnion(Self.names(String(part)).map { "\(level) \(check).\($0)" })
                }
            }
        }
        let apart =
            ["unknown engine.machine.elsewhere"]
            + ["unreachable", "too_old", "refused"].map { "fail engine.answer.\($0)" }
        let told = Set(DiagnosisTests.cases.map { "\($0.level.rawValue) \($0.problem.rawValue)" } + apart)
        #expect(written.subtracting(told).sorted() == [])
        #expect(told.subtracting(written).sorted() == [])
    }
}
