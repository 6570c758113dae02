import Model

/// All findings from one set of facts, in the order in which a person would read them.
package struct Diagnosis: Sendable {
    package let findings: [Finding]
    /// Whether no engine that we can speak to answers.
    package let isEngineUnreachable: Bool

    package init(_ facts: DoctorFacts) {
        findings =
            EngineRules(facts: facts).findings + ImageRules(facts: facts).findings + [CellRules(facts: facts).finding]
            + FolderRules(facts: facts.folder).findings + StoreRules(facts: facts).findings
            + [LockRules.finding(facts.lock)] + MachineRules(facts: facts).findings
            + LeftoverRules(facts: facts).findings
        isEngineUnreachable =
            switch facts.engine.survey {
            case .failure(let trouble): [.engineUnreachable, .engineTooOld].contains(trouble.code)
            case .success: false
            }
    }

    package func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }
}
