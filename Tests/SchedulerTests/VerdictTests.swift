import CellWire
import Hardening
import Model
import Ports
import Scheduler
import Testing

@Suite struct VerdictTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var record = CellRecord()
        var file = Verdict.ResultFile.acceptable
        let state: JobState
        let reason: String
        var testDescription: String { name }

        init(
            _ name: String, _ state: JobState, _ reason: String, file: Verdict.ResultFile = .acceptable,
            _ change: (inout CellRecord) -> Void
        ) {
            (self.name, self.state, self.reason, self.file) = (name, state, reason, file)
            change(&record)
        }
    }

    static let records: [Case] = [
        Case("exit 0", .succeeded, "exit_status") { $0.exitCode = 0 },
        Case("exit 1", .failed, "exit_status") { $0.exitCode = 1 },
        Case("exit 255", .failed, "exit_status") { $0.exitCode = 255 },
        Case("killed", .failed, "signal") { $0.signal = 9 },
        Case("a segmentation fault", .failed, "signal") { $0.signal = 11 },
        Case("neither status nor signal", .errored, "record_incomplete") { _ in },
        Case("exit 0, result not JSON", .failed, "result_not_json", file: .notJSON) { $0.exitCode = 0 },
        Case("exit 0, result too large", .failed, "result_too_large", file: .problem("too_large")) { $0.exitCode = 0 },
        Case("exit 0, result a link", .failed, "result_is_a_link", file: .problem("is_a_link")) { $0.exitCode = 0 },
        Case("exit 3, result not JSON", .failed, "exit_status", file: .notJSON) { $0.exitCode = 3 },
        Case("out of memory, killed", .oomKilled, "memory_limit") { ($0.oomKills, $0.signal) = (1, 9) },
        Case("out of memory in a shell's child", .oomKilled, "memory_limit") { ($0.oomKills, $0.exitCode) = (2, 137) },
        Case("a child out of memory, exit 0", .succeeded, "exit_status") { ($0.oomKills, $0.exitCode) = (1, 0) },
        Case("a child out of memory, exit 1", .failed, "exit_status") { ($0.oomKills, $0.exitCode) = (1, 1) },
        Case("a child out of memory, another signal", .failed, "signal") { ($0.oomKills, $0.signal) = (1, 15) },
        Case("exit 137 without a kill", .failed, "exit_status") { $0.exitCode = 137 },
        Case("the clock", .timedOut, "run_clock") { ($0.cause, $0.signal) = (.clock, 9) },
        Case("the clock, exit 0 on TERM", .timedOut, "run_clock") { ($0.cause, $0.exitCode) = (.clock, 0) },
        Case("cancelled", .cancelled, "cancelled") { ($0.cause, $0.signal) = (.cancelled, 15) },
        Case("cancelled, exit 0 on TERM", .cancelled, "cancelled") { ($0.cause, $0.exitCode) = (.cancelled, 0) },
        Case("no such command", .failed, "command_not_found") { ($0.cause, $0.startError) = (.notStarted, 2) },
        Case("not executable", .failed, "command_not_executable") { ($0.cause, $0.startError) = (.notStarted, 13) },
        Case("no program", .failed, "command_not_executable") { ($0.cause, $0.startError) = (.notStarted, 8) },
        Case("another error", .failed, "command_not_started") { ($0.cause, $0.startError) = (.notStarted, 7) },
        Case("an error unknown", .failed, "command_not_started") { $0.cause = .notStarted },
    ]

    @Test("a record means what the table says", arguments: records)
    func record(_ testCase: Case) throws {
        let limits = try Samples.spec().limits
        let verdict = Verdict.of(testCase.record, result: testCase.file, limits: limits)
        #expect((verdict.state, verdict.reason) == (testCase.state, testCase.reason))
        #expect(verdict.message.hasSuffix("."))
        #expect(verdict.state.isTerminal)
    }

    @Test("only a record that tells of an exit with status 0 is a success")
    func onlyZero() throws {
        let limits = try Samples.spec().limits
        for code in [nil] + Array(0...255).map(Optional.some) {
            for signal in [nil, 9, 15] {
                for cause in [CellRecord.EndCause.ended, .clock, .cancelled, .notStarted] {
                    var record = CellRecord()
                    (record.exitCode, record.signal, record.cause) = (code, signal, cause)
                    let isSuccess = Verdict.of(record, result: .acceptable, limits: limits).state == .succeeded
                    #expect(isSuccess == (code == 0 && signal == nil && cause == .ended))
                }
            }
        }
    }

    static let errors: [EngineError] = [
        .unreachable(address: "a", reason: "r"), .tooOld(found: "1", needed: "2"),
        .timedOut(call: "c", limit: .seconds(1)), .refused(call: "c", status: 500, detail: "d"),
        .protocolViolation(call: "c", detail: "d"), .imageNotFound(name: "n"), .imageRefused(name: "n", reason: "r"),
        .profileNotApplied([PostureDifference(field: "f", wanted: "w", got: "g")]), .unexpectedWarnings(["w"]),
        .cellUnavailable(reason: "r"), .cellLost(detail: "d"), .cellRefused(code: "bad_order", detail: "d"),
        .cellRefused(code: "input_failed", detail: "d"), .cellProtocol(detail: "d"),
        .store(.busy(waited: .seconds(1))), .interrupted,
    ]

    @Test("an error without a record is ours or the engine's, but for three", arguments: errors)
    func error(_ error: EngineError) {
        for toolMayHaveRun in [false, true] {
            for isCancelled in [false, true] {
                let verdict = Verdict.of(error, toolMayHaveRun: toolMayHaveRun, isCancelled: isCancelled)
                let wanted: (JobState, String) =
                    switch error {
                    case .cellRefused(let code, _) where code == "input_failed": (.failed, "input_failed")
                    case .cellLost where isCancelled: (.cancelled, "cancelled")
                    case .cellLost where toolMayHaveRun: (.failed, "cell_lost")
                    default: (.errored, error.code.rawValue)
                    }
                #expect((verdict.state, verdict.reason) == wanted)
            }
        }
    }
}
