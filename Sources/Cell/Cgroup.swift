import CCell

/// What the container's own control group says; read-only and visible to every process in the container.
///
/// - Source: the kernel's admin-guide for cgroup v1 (memory, pids, cpu) and for cgroup v2.
struct Cgroup {
    private let root = "/sys/fs/cgroup"

    var memoryLimit: Int? { number("memory/memory.limit_in_bytes") ?? number("memory.max") }
    var peakMemory: Int? { number("memory/memory.max_usage_in_bytes") ?? number("memory.peak") }
    var pidsLimit: Int? { number("pids/pids.max") ?? number("pids.max") }

    /// CPU time in microseconds per period.
    var cpu: (quota: Int, period: Int)? {
        if let quota = number("cpu/cpu.cfs_quota_us"), let period = number("cpu/cpu.cfs_period_us") {
            return (quota, period)
        }
        let words = Kernel.text(of: "\(root)/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
        guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]) else { return nil }
        return (quota, period)
    }

    /// CPU time that the container has used so far, but for this process's own; `nil` if the kernel does not tell.
    var othersCPUMicroseconds: Int? {
        let nanoseconds = number("cpuacct/cpuacct.usage")
        guard let all = nanoseconds.map({ $0 / 1000 }) ?? value("usage_usec", in: "cpu.stat") else { return nil }
        return max(0, all - Int(caisson_cell_cpu_us(0)))
    }

    /// Processes killed for want of memory, so far.
    var oomKills: Int { field("oom_kill", in: ["memory/memory.oom_control", "memory.events"]) }
    /// Times that the pids limit refused a process, so far.
    var pidsRefusals: Int { field("max", in: ["pids/pids.events", "pids.events"]) }

    private func number(_ file: String) -> Int? {
        guard let text = Kernel.text(of: "\(root)/\(file)") else { return nil }
        return Int(text.split(whereSeparator: \.isWhitespace).first ?? "")
    }

    /// What the first of `files` that has the field says; 0 if none has.
    private func field(_ name: String, in files: [String]) -> Int {
        files.lazy.compactMap { value(name, in: $0) }.first ?? 0
    }

    private func value(_ name: String, in file: String) -> Int? {
        for line in (Kernel.text(of: "\(root)/\(file)") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name, let value = Int(words[1]) { return value }
        }
        return nil
    }
}
