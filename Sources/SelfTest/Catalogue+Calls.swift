// System calls one by one, with arguments that do no harm where they get through.
extension Catalogue {
    /// The group `kernel`: what changes or reads the kernel itself.
    var kernelCalls: [Probe] {
        [
            .call("kernel.reboot", "restart the machine (wrong magic)", "reboot", "0 0 0", forked: true),
            .call("kernel.kexec_load", "another kernel", "kexec_load", "0 17 0 0", forked: true),
            .call(
                "kernel.kexec_file_load", "another kernel from a file", "kexec_file_load", "-1 -1 0 0 -1", forked: true),
            .call("kernel.init_module", "a kernel module (no bytes)", "init_module", "1 0 1", forked: true),
            .call("kernel.finit_module", "a kernel module from a file", "finit_module", "-1 1 0", forked: true),
            .call("kernel.delete_module", "take a module away", "delete_module", "1 0", forked: true),
            .call("kernel.swapon", "swap to a file", "swapon", "1 0", forked: true),
            .call("kernel.swapoff", "end swapping", "swapoff", "1", forked: true),
            .call("kernel.acct", "accounting into a file", "acct", "1", forked: true),
            .call("kernel.iopl", "I/O ports", "iopl", "0", forked: true),
            .call("kernel.ioperm", "one I/O port", "ioperm", "0 1 0", forked: true),
            .call("kernel.bpf", "a program for the kernel", "bpf", "-1 0 0"),
            .call("kernel.perf", "watch the machine's events", "perf_event_open", "1 0 -1 -1 0"),
            .call("kernel.io_uring_setup", "a ring of requests", "io_uring_setup", "1 1"),
            .call("kernel.io_uring_enter", "submit to a ring", "io_uring_enter", "-1 1 0 0 0 0"),
            .call("kernel.io_uring_register", "register with a ring", "io_uring_register", "-1 0 0 0"),
            .call("kernel.io_setup", "the older kind of ring", "io_setup", "1 1"),
            .call("kernel.userfaultfd", "answer page faults", "userfaultfd", "-1"),
            .call("kernel.memfd_create", "a file in memory alone", "memfd_create", "@probe 1"),
            .call("kernel.memfd_secret", "memory hidden from the kernel", "memfd_secret", "-1"),
            .call("kernel.add_key", "a key into the kernel's ring", "add_key", "1 1 0 0 -2"),
            .call("kernel.request_key", "a key from it", "request_key", "1 1 0 -2"),
            .call("kernel.keyctl", "the rings themselves", "keyctl", "0 -2 0"),
            .call("kernel.syslog", "the kernel's log", "syslog", "10 0 0"),
            .call("kernel.settimeofday", "the clock", "settimeofday", "1 0"),
            .call("kernel.clock_settime", "the clock, the second way", "clock_settime", "0 1"),
            .call("kernel.adjtimex", "the clock's speed", "adjtimex", "1"),
            .call("kernel.clock_adjtime", "the clock's speed, the second way", "clock_adjtime", "0 1"),
            .call("kernel.sethostname", "the machine's name", "sethostname", "1 1"),
            .call("kernel.setdomainname", "the machine's domain", "setdomainname", "1 1"),
            .call("kernel.quotactl", "quotas of disks", "quotactl", "-1 1 0 0"),
            .call("kernel.quotactl_fd", "quotas, the second way", "quotactl_fd", "-1 0 0 0"),
            .call("kernel.vhangup", "the terminal of others", "vhangup"),
            .call("kernel.modify_ldt", "segments", "modify_ldt", "0 0 0"),
            .call("kernel.seccomp", "a list of its own (none given)", "seccomp", "1 0 1"),
            .call("kernel.seccomp_prctl", "the same, the older way", "prctl", "22 99 0"),
            .call("kernel.landlock", "rules for files of its own", "landlock_create_ruleset", "0 0 1"),
        ]
    }

    /// The group `mount`: mounts and the handles of files that come with them.
    var mountCalls: [Probe] {
        [
            .call("mount.tmpfs", "a file system in memory", "mount", "@none @/dev/shm @tmpfs 0 0", forked: true),
            .call("mount.proc", "a /proc without masks", "mount", "@proc @/dev/shm @proc 0 0", forked: true),
            .call("mount.sysfs", "a /sys without masks", "mount", "@sys @/dev/shm @sysfs 0 0", forked: true),
            .call("mount.cgroup", "control groups", "mount", "@cgroup @/dev/shm @cgroup2 0 0", forked: true),
            .call("mount.bind", "the root folder elsewhere", "mount", "@/ @/dev/shm 0 4096 0", forked: true),
            .call("mount.writable", "the root folder for writing", "mount", "0 @/ 0 4128 0", forked: true),
            .call("mount.propagation", "mounts shared with others", "mount", "0 @/ 0 0x40000 0", forked: true),
            .call("mount.umount", "take a mount away", "umount2", "@/dev/shm 2", forked: true),
            .call("mount.pivot_root", "another root for all", "pivot_root", "1 1", forked: true),
            .call("mount.open_tree", "a copy of a tree", "open_tree", "-100 @/ 1"),
            .call("mount.move_mount", "put a tree elsewhere", "move_mount", "-1 @ -1 @ 0"),
            .call("mount.fsopen", "the newer way to mount", "fsopen", "@tmpfs 0"),
            .call("mount.fsconfig", "its settings", "fsconfig", "-1 0 0 0 0"),
            .call("mount.fsmount", "its end", "fsmount", "-1 0 0"),
            .call("mount.fspick", "the settings of a mount", "fspick", "-100 @/ 0"),
            .call("mount.setattr", "flags of a mount", "mount_setattr", "-1 @ 0 # 32"),
            .call("mount.name_to_handle", "a file's handle", "name_to_handle_at", "-100 @/ 1 1 0"),
            .call("mount.open_by_handle", "a file of the host by its handle", "open_by_handle_at", "-1 1 0"),
            .call("mount.fanotify_init", "watch whole file systems", "fanotify_init", "0 0"),
            .call("mount.fanotify_mark", "mark one", "fanotify_mark", "-1 0 0 -1 0"),
            .call("mount.inotify", "watch files", "inotify_init1", "0", reached: ["ok"]),
            .call("mount.setxattr", "an attribute of a file", "setxattr", "@/tmp @user.probe @x 1 0"),
            .call("mount.removexattr", "its removal", "removexattr", "@/tmp @user.probe"),
            .call("mount.device_char", "a device file", "mknodat", "-100 @/tmp/char 0x2180 0x103", forked: true),
            .call(
                "mount.device_block", "a disk's device file", "mknodat", "-100 @/tmp/block 0x6180 0x7c8", forked: true),
            .call("mount.device_old", "a device file, the older way", "mknod", "@/tmp/old 0x2180 0x103", forked: true),
        ]
    }

    /// The group `namespace`: other views of the system.
    var namespaceCalls: [Probe] {
        let kinds: [(name: String, flag: Int)] = [
            ("user", 0x1000_0000), ("mount", 0x2_0000), ("pid", 0x2000_0000), ("net", 0x4000_0000), ("ipc", 0x800_0000),
            ("uts", 0x400_0000), ("cgroup", 0x200_0000),
        ]
        // SIGCHLD beside it, as fork has it.
        let made = kinds.map { kind in
            Probe.call(
                "namespace.clone_\(kind.name)", "a process in a \(kind.name) namespace of its own", "clone",
                "\(kind.flag + 17) 0 0 0 0", forked: true)
        }
        let left = kinds.map { kind in
            Probe.call(
                "namespace.unshare_\(kind.name)", "leave the \(kind.name) namespace", "unshare", "\(kind.flag)",
                forked: true)
        }
        return left + made + [
            .call("namespace.unshare_time", "leave the time namespace", "unshare", "0x80", forked: true),
            .call("namespace.setns", "enter the namespace of another", "setns", "-1 0"),
            .call("namespace.clone3", "a process whose flags no list can see", "clone3", "# 64", forked: true),
        ]
    }

    /// The group `process`: other processes, by calls.
    var processCalls: [Probe] {
        [
            .call("process.traceme", "be traced", "ptrace", "0 0 0 0", forked: true),
            .call("process.vm_readv", "memory of another", "process_vm_readv", "0 0 0 0 0 1"),
            .call("process.vm_writev", "memory of another, to write", "process_vm_writev", "0 0 0 0 0 1"),
            .call("process.madvise", "advice about another's memory", "process_madvise", "-1 0 0 0 0"),
            .call("process.mrelease", "another's memory released", "process_mrelease", "-1 0"),
            .call("process.pidfd_getfd", "a descriptor of another", "pidfd_getfd", "-1 0 0"),
            .call("process.pidfd_signal", "a signal by descriptor", "pidfd_send_signal", "-1 0 0 0"),
            .call("process.subreaper", "adopt others' children", "prctl", "36 1", forked: true),
            .call("process.set_mm", "the layout of its memory", "prctl", "35 15 # 0 0"),
            .call("process.ptracer", "let others trace it", "prctl", "0x59616d61 0", forked: true),
            .call("process.dumpable", "be readable by its user", "prctl", "4 1", forked: true),
            .call("process.migrate_pages", "memory moved between nodes", "migrate_pages", "-1 0 0 0"),
            .call("process.move_pages", "pages moved between nodes", "move_pages", "0 0 0 0 0 0"),
            .call("process.mbind", "memory bound to nodes", "mbind", "0 0 0 0 0 0"),
            .call("process.set_mempolicy", "where memory comes from", "set_mempolicy", "0 0 0", forked: true),
        ]
    }

    /// The group `other`: what is shared with others, or talks to devices.
    var otherCalls: [Probe] {
        let controls: [(name: String, number: Int, meaning: String)] = [
            ("tiocsti", 0x5412, "type into a terminal"), ("tioclinux", 0x541C, "speak to the console"),
            ("tiocsetd", 0x5423, "another line discipline"), ("tiocsctty", 0x540E, "take a terminal"),
            ("tunsetiff", 0x4004_54CA, "a network device"), ("loop_set", 0x4C00, "a disk made of a file"),
        ]
        return controls.map { control in
            Probe.call("other.\(control.name)", control.meaning, "ioctl", "0 \(control.number) 1")
        } + [
            .call("other.shmget", "memory shared by key", "shmget", "0 4096 384"),
            .call("other.shmat", "map it", "shmat", "-1 0 0"),
            .call("other.semget", "semaphores by key", "semget", "0 1 384"),
            .call("other.msgget", "messages by key", "msgget", "0 384"),
            .call("other.mq_open", "a message queue", "mq_open", "1 0 0 0"),
            .call("other.vmsplice", "pages into a pipe", "vmsplice", "-1 0 0 0"),
            .call("other.tee", "pages from pipe to pipe", "tee", "-1 -1 0 0"),
            .call("other.splice", "pages from file to pipe", "splice", "-1 0 -1 0 0 0"),
        ]
    }
}
