package import CellWire
package import Model
package import Ports

/// What the end of an attempt means for its job: decided from the record, never from an exit code of the engine.
package struct Verdict: Sendable, Hashable {
    package let state: JobState
    /// A stable word.
    package let reason: String
    /// The same as a sentence.
    package let message: String

    package init(_ state: JobState, _ reason: String, _ message: String) {
        (self.state, self.reason, self.message) = (state, reason, message)
    }

    /// What became of the result file, as far as the outcome depends on it.
    package enum ResultFile: Sendable, Hashable {
        /// There is none, or it is JSON.
        case acceptable
        /// It is not JSON as ``JSONSyntax`` has it: where and why.
        case notJSON(String)
        /// It was there and could not be collected; the word says why.
        case problem(String)
    }

    /// The cell has sent its record.
    package static func of(_ record: CellRecord, result: ResultFile, limits: Limits) -> Verdict {
        switch record.cause {
        case .clock:
            let sentence = "The tool was still running after \(limits.run.shortText)"
            return Verdict(.timedOut, "run_clock", sentence, of: record)
        case .cancelled: return Verdict(.cancelled, "cancelled", "The job was cancelled.")
        case .notStarted: return notStarted(record)
        case .outputCap:
            let stream = record.stdoutTruncated ? "stdout" : "stderr"
            return Verdict(
                .failed, "output_limit",
                "The tool was ended because it wrote more than \(limits.output) to its \(stream).")
        case .ended: break
        }
        // 137 is how a shell passes on that its child was killed.
        if record.oomKills > 0, record.signal == 9 || record.exitCode == 137 {
            return Verdict(.oomKilled, "memory_limit", "The tool needed more than its \(limits.memory) of memory.")
        }
        if record.signal == 31 {
            return Verdict(
                .failed, "forbidden_call",
                "The tool was ended by signal 31, which ends whoever makes a system call that no job may make.")
        }
        if let signal = record.signal {
            return Verdict(.failed, "signal", "The tool was ended by signal \(signal)", of: record)
        }
        guard let code = record.exitCode else {
            return Verdict(.errored, "record_incomplete", "The record tells neither an exit status nor a signal.")
        }
        guard code == 0 else {
            return Verdict(.failed, "exit_status", "The tool exited with status \(code)", of: record)
        }
        let sentence = "The tool exited with status 0, but \(JobSpec.resultFile)"
        switch result {
        case .acceptable: return Verdict(.succeeded, "exit_status", "The tool exited with status 0.")
        case .notJSON(let flaw):
            return Verdict(.failed, "result_not_json", "\(sentence) is not JSON: \(flaw)", of: record)
        case .problem(let word):
            let what = Self.clause(word, limits: limits)
            return Verdict(.failed, "result_\(word)", "\(sentence) \(what)", of: record)
        }
    }

    /// The end of a sentence on a result file that was not collected.
    private static func clause(_ word: String, limits: Limits) -> String {
        switch FileMessage.Problem.allCases.first(where: { $0.word == word }) {
        case .link: "is a link, and links are not followed"
        case .folder: "is a folder"
        case .device: "is a device"
        case .fifo: "is a FIFO"
        case .socket: "is a socket"
        case .tooLarge: "is larger than \(limits.result)"
        case .unreadable: "cannot be read by its owner"
        default: "cannot be collected: \(word)"
        }
    }

    /// A sentence that ends with the limits that the tool had hit and the calls that it was refused, if there were any.
    ///
    /// What a cell says is not believed blindly: words that do not exist are passed over.
    private init(_ state: JobState, _ reason: String, _ sentence: String, of record: CellRecord) {
        var clauses = [sentence]
        let limits = record.limitsHit.filter(CellRecord.limitWords.contains)
        if !limits.isEmpty { clauses.append("it had hit: \(limits.joined(separator: ", "))") }
        if let first = record.refusals.first {
            let others = record.refusals.count - 1 + min(record.otherRefusals, 1)
            let more = others == 0 ? "" : others == 1 ? " and another call" : " and \(others) other calls"
            clauses.append("it had been refused \(first.name ?? "call \(first.number)")\(more)")
        }
        self.init(state, reason, clauses.joined(separator: "; ") + ".")
    }

    private static func notStarted(_ record: CellRecord) -> Verdict {
        switch record.startError {
        case 2: Verdict(.failed, "command_not_found", "The image has no such command.")
        case 13:
            Verdict(
                .failed, "command_not_executable",
                """
                The command may not be executed: it lacks the permission, or lies in /tmp, or in /work under another \
                profile than build.
                """)
        case 8: Verdict(.failed, "command_not_executable", "The command is not a program this machine can run.")
        case let number:
            Verdict(.failed, "command_not_started", "The command could not be started: error \(number ?? 0).")
        }
    }

    /// The job was still not done when its total clock ran out.
    static func ofTotalClock(_ limits: Limits) -> Verdict {
        Verdict(.timedOut, "total_clock", "The job was not done \(limits.total.shortText) after its acceptance.")
    }

    /// There is no record, because of `error`.
    ///
    /// - Parameters:
    ///   - toolMayHaveRun: whether the work had been handed over.
    ///   - isCancelled: whether somebody had asked for the end.
    package static func of(_ error: EngineError, toolMayHaveRun: Bool, isCancelled: Bool) -> Verdict {
        switch error {
        case .cellRefused(let code, let detail) where code == "input_failed":
            return Verdict(.failed, code, "An input file does not fit into the sandbox: \(detail). Nothing was run.")
        case .cellLost where isCancelled, .cellOutOfMemory where isCancelled, .sandboxEnded where isCancelled,
            .engineLost where isCancelled, .sandboxPaused where isCancelled:
            return Verdict(.cancelled, "cancelled", "The job was cancelled; its sandbox ended without a record.")
        case .clockRanOut(let clock, _): return Verdict(.timedOut, "\(clock.rawValue)_clock", error.message)
        case .cellOutOfMemory where toolMayHaveRun: return Verdict(.oomKilled, "memory_limit", error.message)
        case .cellLost where toolMayHaveRun: return Verdict(.failed, error.code.rawValue, error.message)
        default: return Verdict(.errored, error.code.rawValue, error.message)
        }
    }
}

extension EngineError {
    /// Whether a job that ended so gets another attempt: what failed was not its own, and may be gone in a moment.
    ///
    /// A tool that may have run is run again only if the engine went down under it, and its effect allows that.
    func isWorthAnotherAttempt(toolMayHaveRun: Bool) -> Bool {
        switch self {
        case .engineLost: true
        case .unreachable, .timedOut, .protocolViolation: !toolMayHaveRun
        case .refused(_, let status, _): status >= 500 && !toolMayHaveRun
        default: false
        }
    }
}

extension CellRecord {
    /// Gives the refused calls their names.
    package mutating func name(by callName: (Int) -> String) {
        for index in refusals.indices { refusals[index].name = callName(refusals[index].number) }
    }
}
