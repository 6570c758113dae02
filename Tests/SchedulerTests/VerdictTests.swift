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
        Case("a call that no job may make", .failed, "forbidden_call") { $0.signal = 31 },
        Case("a segmentation fault", .failed, "signal") { $0.signal = 11 },
        Case("neither status nor signal", .errored, "record_incomplete") { _ in },
        Case("exit 0, result not JSON", .failed, "result_not_json", file: .notJSON("why")) { $0.exitCode = 0 },
        Case("exit 0, result too large", .failed, "result_too_large", file: .problem("too_large")) { $0.exitCode = 0 },
        Case("exit 0, result a link", .failed, "result_is_a_link", file: .problem("is_a_link")) { $0.exitCode = 0 },
        Case("exit 3, result not JSON", .failed, "exit_status", file: .notJSON("why")) { $0.exitCode = 3 },
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
        Case("too much output", .failed, "output_limit") {
            ($0.cause, $0.signal, $0.stdoutTruncated) = (.outputCap, 15, true)
        },
        Case("too much output, exit 0", .failed, "output_limit") { ($0.cause, $0.exitCode) = (.outputCap, 0) },
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

    @Test("the sentence of a failure names the limits that were hit, in words that exist")
    func limitsHit() throws {
        let limits = try Samples.spec().limits
        func message(_ change: (inout CellRecord) -> Void, _ file: Verdict.ResultFile = .acceptable) -> String {
            var record = CellRecord()
            record.limitsHit = ["pids", "made up", "work"]
            change(&record)
            return Verdict.of(record, result: file, limits: limits).message
        }
        #expect(message { $0.exitCode = 1 } == "The tool exited with status 1; it had hit: pids, work.")
        #expect(message { $0.signal = 11 } == "The tool was ended by signal 11; it had hit: pids, work.")
        #expect(message { $0.exitCode = 0 } == "The tool exited with status 0.")
        #expect(message { $0.cause = .clock }.hasSuffix(" after 60.0 s; it had hit: pids, work."))
        #expect(
            message({ $0.exitCode = 0 }, .notJSON("it is empty")).hasSuffix(
                "is not JSON: it is empty; it had hit: pids, work."))
    }

    @Test("the sentence of a failure names the first call that was refused, and how many others there were")
    func refusals() throws {
        let limits = try Samples.spec().limits
        func message(_ refusals: [CellRecord.Refusal], others: Int = 0) -> String {
            var record = CellRecord()
            (record.exitCode, record.refusals, record.otherRefusals) = (1, refusals, others)
            record.name { $0 == 41 ? "socket" : "\($0)" }
            return Verdict.of(record, result: .acceptable, limits: limits).message
        }
        let socket = CellRecord.Refusal(number: 41, count: 3, firstArgument: 2)
        let other = CellRecord.Refusal(number: 165, firstArgument: 0)
        let sentence = "The tool exited with status 1"
        #expect(message([]) == "\(sentence).")
        #expect(message([socket]) == "\(sentence); it had been refused socket.")
        #expect(message([socket, other]) == "\(sentence); it had been refused socket and another call.")
        #expect(message([other, socket], others: 7) == "\(sentence); it had been refused 165 and 2 other calls.")
    }

    @Test("the sentence on too much output names the limit and the stream")
    func outputLimit() throws {
        let limits = try Samples.spec().limits
        for (stream, isStdout) in [("stdout", true), ("stderr", false)] {
            var record = CellRecord()
            record.cause = .outputCap
            (record.stdoutTruncated, record.stderrTruncated) = (isStdout, !isStdout)
            let message = Verdict.of(record, result: .acceptable, limits: limits).message
            #expect(message == "The tool was ended because it wrote more than \(limits.output) to its \(stream).")
        }
    }

    @Test(
        "a result that cannot be collected is told by its kind",
        arguments: [
            ("is_a_link", "is a link, and links are not followed."), ("is_a_folder", "is a folder."),
            ("is_a_device", "is a device."), ("is_a_fifo", "is a FIFO."), ("is_a_socket", "is a socket."),
            ("too_large", "is larger than 1MiB."), ("unreadable", "cannot be read by its owner."),
            ("made up", "cannot be collected: made up."),
        ])
    func problems(_ word: String, _ end: String) throws {
        var record = CellRecord()
        record.exitCode = 0
        let verdict = Verdict.of(record, result: .problem(word), limits: try Samples.spec().limits)
        #expect((verdict.state, verdict.reason) == (.failed, "result_\(word)"))
        #expect(verdict.message == "The tool exited with status 0, but result.json \(end)")
    }

    @Test("only a record that tells of an exit with status 0 is a success")
    func onlyZero() throws {
        let limits = try Samples.spec().limits
        for code in [nil] + Array(0...255).map(Optional.some) {
            for signal in [nil, 9, 15] {
                for cause in [CellRecord.EndCause.ended, .clock, .cancelled, .notStarted, .outputCap] {
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
