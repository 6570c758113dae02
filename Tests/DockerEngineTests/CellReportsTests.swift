import CellWire
import Hardening
import Ports
import Testing

@testable import DockerEngine

@Suite struct CellReportsTests {
    private func error(_ code: String) throws -> EngineError? {
        var reports = CellReports()
        try reports.take(CellReport.refused(.init(code: code, detail: "d")).message.encoded)
        #expect(reports.isFinal)
        return reports.refusalError
    }

    @Test("a wall around the tool that does not stand is a control that is not in force")
    func walls() throws {
        let seccomp = PostureDifference(field: "cell: the tool's seccomp", wanted: "mode 2, 2 filters", got: "d")
        #expect(try error("filter_not_applied") == .profileNotApplied([seccomp]))
        let landlock = PostureDifference(field: "cell: the tool's Landlock", wanted: "in force", got: "d")
        #expect(try error("landlock_not_applied") == .profileNotApplied([landlock]))
    }

    @Test("any other refusal is the cell's own word", arguments: ["start_failed", "bad_order", "of a later release"])
    func others(_ code: String) throws {
        #expect(try error(code) == .cellRefused(code: code, detail: "d"))
    }
}
