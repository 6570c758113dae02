// Limits, other processes, and what the tool is told of the world.
import Hardening
import Model

extension Catalogue {
    /// The group `limit`: what is set, and that it holds.
    var limits: [Probe] {
        let limits = profile.limits
        let memory = "\(limits.memory.bytes)"
        let quota = "\(limits.milliCPUs * 100)"
        let fork = SystemCall("clone", [0x120_0011])
        return [
            resource("files", 7, "open files", "\(limits.files) \(limits.files)"),
            // A tool that could lower it from one byte would have the host's crash handler started.
            Probe(
                "limit.core", "the limit of core dumps", "rlimit 4",
                .filtered(SystemCall("prlimit64", [0, 4, 0, 1]), reached: ["1 1"])),
            resource("fsize", 1, "bytes of a file", "\(memory) \(memory)"),
            resource("memlock", 8, "locked memory", "0 0"),
            resource("msgqueue", 12, "message queues", "0 0"),
            Probe("limit.raise", "a limit raised again", "raise 1", forked: true, .oneOf(["EPERM"])),
            Probe(
                "limit.memory", "memory", "value /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes",
                .oneOf([memory])),
            // The second version counts swap alone, the first one memory and swap together.
            Probe(
                "limit.swap", "no swap",
                "value /sys/fs/cgroup/memory.swap.max /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes",
                .oneOf([memory, "0"])),
            Probe(
                "limit.pids", "processes", "value /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max",
                .oneOf(["\(limits.pids)"])),
            Probe(
                "limit.cpu", "processor time", "value /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us",
                .oneOf([quota, "\(quota) 100000"])),
            Probe(
                "limit.files_reached", "one open file too many", "descriptors \(limits.files + 1)",
                .oneOf(["open EMFILE"])),
            Probe(
                "limit.fsize_reached", "a byte beyond the longest file", "sparse /tmp/sparse \(memory)", forked: true,
                .steps([("pwrite", SystemCall("pwrite64"))], reached: ["pwrite EFBIG"])),
            Probe(
                "limit.pids_reached", "one process too many", "processes \(limits.pids)",
                .steps([("fork", fork)], reached: ["fork EAGAIN"])),
            Probe(
                "limit.work_reached", "more bytes than /work has", "fill /work/fill \(limits.work.bytes)",
                .oneOf(["write ENOSPC"])),
            Probe(
                "limit.tmp_reached", "more bytes than /tmp has", "fill /tmp/fill \(limits.tmp.bytes)",
                .oneOf(["write ENOSPC"])),
            Probe("limit.work_files", "more files than /work takes", "inodes /work 4096", .oneOf(["open ENOSPC"])),
            Probe("limit.tmp_files", "more files than /tmp takes", "inodes /tmp 4096", .oneOf(["open ENOSPC"])),
        ]
    }

    private func resource(_ name: String, _ number: Int, _ meaning: String, _ value: String) -> Probe {
        Probe("limit.\(name)", meaning, "rlimit \(number)", .oneOf([value]))
    }

    /// The group `process`, again: which there are.
    var processes: [Probe] {
        [
            Probe("process.parent", "its parent is process 1", "parent", .oneOf(["1"])),
            Probe("process.others", "none but the cell", "others", .oneOf(["0"])),
            Probe("process.cell", "process 1 is the cell", "value /proc/1/cmdline", .oneOf(["/.caisson/cell"])),
        ]
    }

    /// The group `environment`: what it is told.
    var environment: [Probe] {
        [
            Probe(
                "environment.names", "no variable but the four", "environment",
                .within(["PATH", "HOME", "LANG", "TMPDIR"])),
            Probe("environment.host_name", "a name that tells nothing", "uname node", .oneOf(["job"])),
            Probe(
                "environment.hostname_file", "the same in /etc/hostname", "value /etc/hostname",
                .oneOf(["job", "EACCES"])),
        ]
    }
}
