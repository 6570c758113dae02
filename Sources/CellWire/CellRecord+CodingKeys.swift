// The stored names of a record's members: frozen, whatever the Swift names become.

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
    }
}
