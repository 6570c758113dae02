import CellWire
import Hardening
import Ports

/// What a cell has reported so far.
struct CellReports: Sendable {
    private var assembler = MessageAssembler()
    private(set) var attestation: Attestation?
    private(set) var toolPosture: ToolPosture?
    private(set) var record: CellRecord?
    private var refusal: CellReport.Refusal?

    /// Whether the cell has nothing more to say.
    var isFinal: Bool { record != nil || refusal != nil }

    /// Takes the next bytes of the report channel.
    mutating func take(_ bytes: [UInt8]) throws(MessageError) {
        assembler.push(bytes)
        while let message = try assembler.next() {
            switch try CellReport(message) {
            case .attestation(let attestation): self.attestation = attestation
            case .started(let posture): toolPosture = posture
            case .refused(let refusal): self.refusal = refusal
            case .record(let record): self.record = record
            }
        }
    }

    /// What a refusal means, if there is one: a wall that does not stand is a control that is not in force.
    var refusalError: EngineError? {
        guard let refusal else { return nil }
        switch refusal.code {
        case "filter_not_applied":
            return .profileNotApplied([
                PostureDifference(
                    field: "cell: the tool's seccomp", wanted: "mode 2, 2 filters", got: refusal.detail)
            ])
        case "landlock_not_applied":
            return .profileNotApplied([
                PostureDifference(field: "cell: the tool's Landlock", wanted: "in force", got: refusal.detail)
            ])
        default: return .cellRefused(code: refusal.code, detail: refusal.detail)
        }
    }
}
