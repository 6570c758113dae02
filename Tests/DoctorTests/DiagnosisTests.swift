import Doctor
import Foundation
import Model
import Ports
import Testing

@Suite struct DiagnosisTests {
    /// One thing that is spoilt, and what must then be found of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let check: Check
        let level: Finding.Level
        /// A part of the sentence.
        let says: String
        let spoil: @Sendable (inout DoctorFacts) -> Void

        init(
            _ description: String, _ check: Check, _ level: Finding.Level, _ says: String,
            _ spoil: @escaping @Sendable (inout DoctorFacts) -> Void
        ) {
            (testDescription, self.check, self.level) = (description, check, level)
            (self.says, self.spoil) = (says, spoil)
        }
    }

    @Test("where all is well, each check says so, and there is nothing to do")
    func healthy() {
        let diagnosis = Diagnosis(Samples.healthy)
        #expect(diagnosis.findings.map(\.check) == Check.allCases)
        for finding in diagnosis.findings {
            #expect(finding.level == .ok, "\(finding.check): \(finding.message)")
            #expect(finding.remedy == nil)
            #expect(finding.message.hasSuffix("."))
        }
        #expect(!diagnosis.isEngineUnreachable)
    }

    @Test(
        "what is wrong is found, with a remedy, and found alone",
        arguments: engineCases + controlCases + folderCases + storeCases + machineCases)
    func spoilt(_ testCase: Case) {
        var facts = Samples.healthy
        testCase.spoil(&facts)
        let findings = Diagnosis(facts).findings
        let found = findings.first { $0.check == testCase.check && $0.level == testCase.level }
        #expect(found?.message.contains(testCase.says) == true, "\(findings.filter { $0.check == testCase.check })")
        #expect(found?.remedy?.isEmpty == false)
        let others = findings.filter { $0.check != testCase.check && $0.level != .ok }
        #expect(others.isEmpty, "\(others)")
    }

    @Test("every check but those that only inform can come out bad")
    func complete() {
        let cases = Self.engineCases + Self.controlCases + Self.folderCases + Self.storeCases + Self.machineCases
        let informing: Set<Check> = [.engineIsolation, .engineRestart, .otherInstallations]
        #expect(Set(cases.map(\.check)).union(informing).union([.engineAnswer]) == Set(Check.allCases))
        #expect(Set(cases.map(\.check)).isDisjoint(with: informing))
    }

    @Test("an engine that does not answer is said, and everything else is looked at all the same")
    func unreachable() {
        var facts = Samples.healthy
        facts.engine.socket = .missing
        let error = EngineError.unreachable(address: "unix:///x", reason: "nobody listens")
        facts.engine.survey = .failure(Trouble(error))
        let diagnosis = Diagnosis(facts)
        #expect(diagnosis.isEngineUnreachable)
        #expect(diagnosis.findings.filter { $0.level == .fail }.map(\.check) == [.engineSocket, .engineAnswer])
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
        facts.engine.survey = .failure(Trouble(EngineError.timedOut(call: "GET /info", limit: .seconds(10))))
        #expect(!Diagnosis(facts).isEngineUnreachable)
        #expect(Diagnosis(facts).count(.fail) == 1)
        facts.engine.survey = .failure(Trouble(EngineError.refused(call: "GET /info", status: 500, detail: "x")))
        #expect(Diagnosis(facts).findings.filter { $0.level == .fail }.allSatisfy { $0.remedy?.isEmpty == false })
    }

    @Test("who may use the engine is said as what it is: root")
    func socketUsers() {
        func message(_ mode: UInt32) -> String? {
            var facts = Samples.healthy
            facts.engine.socket = .present(owner: "root", group: "docker", mode: mode, mayUse: true)
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

    @Test("of another machine's kernel only the version is judged")
    func remoteKernel() {
        var facts = Samples.healthy
        facts.machine.kernelRelease = "5.4.0"
        facts.machine.seccompActions = []
        #expect(Diagnosis(facts).findings.first { $0.check == .kernel }?.level == .ok)
    }
}

/// `Docs/Operations.md` says what to do on each finding.
@Suite struct OperationsPageTests {
    @Test("every check has its row, and no row is of a check that does not exist")
    func rows() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/Operations.md"), encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix("What each check of `doctor` wants") })
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let names = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: ",").map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
        }
        #expect(names.sorted() == Check.allCases.map(\.rawValue).sorted())
    }
}
