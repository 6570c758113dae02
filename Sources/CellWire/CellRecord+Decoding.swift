// The stored names of a record's members: frozen, whatever the Swift names become. A member that a later release added has
// a default, so that the records of earlier ones can still be read.

extension CellRecord {
    enum CodingKeys: String, CodingKey {
        case cause
        case exitCode = "exit_code"
        case signal
        case startError = "start_error"
        case runMicroseconds = "run_us"
        case cpuMicroseconds = "cpu_us"
        case peakMemoryBytes = "peak_memory_bytes"
        case stdoutBytes = "stdout_bytes"
        case stderrBytes = "stderr_bytes"
        case stdoutTruncated = "stdout_truncated"
        case stderrTruncated = "stderr_truncated"
        case oomKills = "oom_kills"
        case pidsLimitHit = "pids_limit_hit"
        case leftBehind = "left_behind"
        case limitsHit = "limits_hit"
        case refusals
        case otherRefusals = "other_refusals"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Int { try values.decode(Int.self, forKey: key) }
        func optional(_ key: CodingKeys) throws -> Int? { try values.decodeIfPresent(Int.self, forKey: key) }
        self.init()
        cause = try values.decode(EndCause.self, forKey: .cause)
        (exitCode, signal) = (try optional(.exitCode), try optional(.signal))
        startError = try optional(.startError)
        (runMicroseconds, cpuMicroseconds) = (try number(.runMicroseconds), try number(.cpuMicroseconds))
        peakMemoryBytes = try number(.peakMemoryBytes)
        (stdoutBytes, stderrBytes) = (try number(.stdoutBytes), try number(.stderrBytes))
        stdoutTruncated = try values.decode(Bool.self, forKey: .stdoutTruncated)
        stderrTruncated = try values.decode(Bool.self, forKey: .stderrTruncated)
        oomKills = try number(.oomKills)
        pidsLimitHit = try values.decode(Bool.self, forKey: .pidsLimitHit)
        leftBehind = try number(.leftBehind)
        limitsHit = try values.decodeIfPresent([String].self, forKey: .limitsHit) ?? []
        refusals = try values.decodeIfPresent([Refusal].self, forKey: .refusals) ?? []
        otherRefusals = try optional(.otherRefusals) ?? 0
    }
}

extension CellRecord.Refusal {
    enum CodingKeys: String, CodingKey {
        case number, name, count
        case firstArgument = "first_argument"
    }
}
