// The groups `cell` and `channel`: process 1, which has the tool's user id, and the way by which results go out.
extension Catalogue {
    var cell: [Probe] {
        let read = [
            "mem", "environ", "maps", "smaps", "auxv", "io", "syscall", "stack", "personality", "pagemap", "task/1/mem",
            "task/1/environ",
        ]
        let written = ["mem", "oom_score_adj", "comm", "coredump_filter", "clear_refs"]
        let links = ["exe", "cwd", "root", "fd/0", "fd/1", "fd/2", "ns/pid", "ns/mnt", "ns/net"]
        func id(_ name: String) -> String { name.replacing("/", with: "_") }
        return read.map { Probe("cell.\(id($0))", "read process 1's \($0)", "read /proc/1/\($0)", .closed) }
            + written.map {
                Probe("cell.write_\($0)", "write process 1's \($0)", "open \(Word.writeOnly) /proc/1/\($0)", .closed)
            }
            + links.map { Probe("cell.\(id($0))", "where process 1's \($0) leads", "link /proc/1/\($0)", .closed) }
            + [
                Probe("cell.timer_slack", "slow its clock", "write /proc/1/timerslack_ns 50000", .closed),
                Probe("cell.descriptors", "process 1's descriptors", "names /proc/1/fd", .closed),
                Probe("cell.open_fd_0", "the way orders come", "open \(Word.readOnly) /proc/1/fd/0", .closed),
                Probe("cell.open_fd_1", "the way results go", "open \(Word.writeOnly) /proc/1/fd/1", .closed),
                Probe("cell.open_root", "files by process 1's root", "names /proc/1/root/proc", .closed),
            ] + cellCalls
    }

    private var cellCalls: [Probe] {
        [
            .call("cell.ptrace_seize", "trace it", "ptrace", "0x4206 1 0 0", forked: true),
            .call("cell.prlimit", "its limits", "prlimit64", "1 7 0 #"),
            .call("cell.prlimit_cpu", "a limit on its time (none given)", "prlimit64", "1 0 0 #"),
            .call("cell.setpriority", "its priority", "setpriority", "0 1 0"),
            .call("cell.setpriority_all", "that of everybody of its user", "setpriority", "2 0 0"),
            .call("cell.scheduler", "its scheduling class", "sched_setscheduler", "1 0 #"),
            .call("cell.ioprio", "its priority at the disk", "ioprio_set", "1 1 0"),
            .call("cell.kcmp", "compare with it", "kcmp", "1 1 0 0 0"),
            .call("cell.robust_list", "its locks", "get_robust_list", "1 # #"),
            .call("cell.migrate_pages", "move its memory", "migrate_pages", "1 0 0 0"),
            .call("cell.move_pages", "move its pages", "move_pages", "1 0 0 0 0 0"),
            .call("cell.queue_signal", "a signal with a forged sender", "rt_sigqueueinfo", "1 0 #"),
            Probe(
                "cell.affinity", "its processors", "affinity 1",
                .steps(
                    [
                        ("sched_getaffinity", SystemCall("sched_getaffinity", [1])),
                        ("sched_setaffinity", SystemCall("sched_setaffinity", [1])),
                    ], reached: [])),
            Probe(
                "cell.peek", "read its memory", "peek 1", .filtered(SystemCall("process_vm_readv", [1]), reached: [])),
            Probe(
                "cell.poke", "write its memory", "poke 1", .filtered(SystemCall("process_vm_writev", [1]), reached: [])),
            Probe(
                "cell.take_descriptor", "a copy of its descriptor", "take 1 1",
                .steps(
                    [
                        ("pidfd_open", SystemCall("pidfd_open", [1])),
                        ("pidfd_getfd", SystemCall("pidfd_getfd")),
                    ], reached: ["pidfd_getfd EPERM"])),
        ]
    }

    var channel: [Probe] {
        [
            Probe("channel.stdin", "its input is a pipe", "target /proc/self/fd/0", .oneOf(["pipe"])),
            Probe("channel.stdout", "its output is a pipe", "target /proc/self/fd/1", .oneOf(["pipe"])),
            Probe("channel.stderr", "and so is the other one", "target /proc/self/fd/2", .oneOf(["pipe"])),
            Probe("channel.inherited", "no other descriptor is left to it", "inherited", .oneOf(["0"])),
            Probe("channel.forge", "a frame to the daemon by any of them", "forge 1024", .oneOf(["0"])),
            Probe(
                "channel.terminal", "no terminal", "open \(Word.readWrite) /dev/tty",
                .oneOf(["ENXIO", "ENOENT", "EACCES"])),
        ]
    }
}
