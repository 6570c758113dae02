import Foundation
import Hardening
import Model
import Testing

/// What every profile that is built in has to keep to, whatever it is for.
@Suite struct BuiltInProfileTests {
    /// One list of one profile.
    struct Named: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let list: SeccompList
    }

    static let profiles: [Profile] = ProfileSet.builtIn.names.compactMap { name in
        do { return try ProfileSet.builtIn.profile(named: name) } catch { return nil }
    }

    static let lists: [Named] = profiles.flatMap { profile in
        [
            Named(testDescription: "\(profile.name).outer", list: profile.outer),
            Named(testDescription: "\(profile.name).inner", list: profile.inner),
        ]
    }

    @Test("the five classes are built in, each with a variant for services, and each of them can be read")
    func names() {
        let classes = ["build", "node", "python", "shell", "strict"]
        #expect(ProfileSet.builtIn.classes == classes)
        #expect(ProfileSet.builtIn.names == classes.flatMap { [$0, "\($0)+services"] })
        #expect(Self.profiles.map(\.name) == ProfileSet.builtIn.names)
        #expect(ProfileSet.builtIn.folder == nil)
    }

    @Test("each says what it is for, has limits in their ranges, and no path twice")
    func documents() {
        for profile in Self.profiles {
            #expect(profile.description.contains(". "), "\(profile.name): a sentence for what, and one for how")
            #expect(profile.limits.mistakes == [])
            #expect(Set(profile.maskedPaths).count == profile.maskedPaths.count)
            #expect(Set(profile.readOnlyPaths).count == profile.readOnlyPaths.count)
            #expect(Set(profile.readOnlyPaths).isDisjoint(with: profile.maskedPaths))
        }
    }

    @Test("strict has no limit wider than shell's, and memory, processes, files and time tighter")
    func strictIsTighter() throws {
        let strict = try ProfileSet.builtIn.profile(named: "strict").limits
        let shell = try ProfileSet.builtIn.profile(named: "shell").limits
        #expect(strict.milliCPUs <= shell.milliCPUs)
        #expect(strict.result <= shell.result)
        let sizes = [\Limits.memory, \.work, \.tmp, \.output, \.artifacts]
        for size in sizes { #expect(strict[keyPath: size] < shell[keyPath: size]) }
        #expect(strict.pids < shell.pids)
        #expect(strict.files < shell.files)
        #expect(strict.run < shell.run)
    }

    /// What Docker masks itself, in any release since 20.10: an explicit list replaces the engine's own.
    static let dockerMasks: Set = [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap",
    ]
    static let dockerReadOnly: Set = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    @Test("what Docker masks and makes read-only is masked and made read-only, and more")
    func paths() {
        for profile in Self.profiles {
            #expect(Self.dockerMasks.isStrictSubset(of: profile.maskedPaths), "\(profile.name)")
            #expect(Self.dockerReadOnly.isSubset(of: profile.readOnlyPaths), "\(profile.name)")
        }
    }

    @Test(
        "an outer list answers with an error by default, an inner one asks, both for the native architecture alone",
        arguments: lists)
    func denyByDefault(_ named: Named) {
        #expect(named.list.defaultAction == (named.testDescription.hasSuffix("inner") ? .notify : .errno))
        #expect(named.list.architectures == ["SCMP_ARCH_X86_64"])
        #expect(named.list.mistake == nil)
    }

    @Test("no call is listed twice without a condition, or both with and without one", arguments: lists)
    func duplicates(_ named: Named) {
        var seen: Set<String> = []
        let plain = named.list.syscalls.filter { ($0.args ?? []).isEmpty }.flatMap(\.names)
        for call in plain { #expect(seen.insert(call).inserted, "\(call)") }
        let conditional = named.list.syscalls.filter { !($0.args ?? []).isEmpty }
        #expect(Set(conditional.flatMap(\.names)).isDisjoint(with: plain))
        let rules = conditional.flatMap { rule in rule.names.map { "\($0) \(rule.args ?? [])" } }
        #expect(Set(rules).count == rules.count)
    }

    @Test("every rule says why it is there, and an error number only where it is not EPERM", arguments: lists)
    func comments(_ named: Named) {
        for rule in named.list.syscalls {
            #expect(rule.comment?.isEmpty == false, "\(rule.names)")
            #expect(rule.names == rule.names.sorted(), "\(rule.names)")
            #expect((rule.action == .errno) == (rule.errnoRet != nil), "\(rule.names)")
        }
    }

    /// Calls that no class of jobs has a use for, most of them once a way out of a container.
    static let neverAllowed: Set = [
        "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "ptrace", "process_vm_readv",
        "process_vm_writev", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "io_uring_setup",
        "io_uring_enter", "io_uring_register", "userfaultfd", "memfd_create", "memfd_secret", "execveat", "kexec_load",
        "kexec_file_load", "init_module", "finit_module", "delete_module", "open_by_handle_at", "name_to_handle_at",
        "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff",
        "reboot", "acct", "quotactl", "syslog", "sethostname", "setdomainname", "settimeofday", "clock_settime",
        "adjtimex", "clock_adjtime", "iopl", "ioperm", "modify_ldt", "splice", "tee", "vmsplice", "kcmp",
        "lookup_dcookie", "nfsservctl", "uselib", "vhangup", "move_pages", "migrate_pages", "mbind", "set_mempolicy",
        "capset", "setfsuid", "setfsgid", "setgroups", "process_madvise", "remap_file_pages", "fanotify_init",
        "fanotify_mark", "shmget", "shmat", "msgget", "semget", "mq_open", "io_setup", "io_submit", "clone3",
    ]

    @Test("what is never legitimate is allowed by no list", arguments: lists)
    func never(_ named: Named) {
        let allowed = Set(named.list.syscalls.filter { $0.action == .allow }.flatMap(\.names))
        #expect(allowed.intersection(Self.neverAllowed) == [])
        // The cell takes a listener from its child; the tool takes nothing from anybody.
        #expect(allowed.contains("pidfd_getfd") == named.testDescription.hasSuffix("outer"))
        let killed = Set(named.list.syscalls.filter { $0.action == .killProcess }.flatMap(\.names))
        #expect(killed.isSubset(of: Self.neverAllowed))
        #expect(killed.isEmpty == named.testDescription.hasSuffix("outer"), "a call killed there is told to nobody")
    }

    @Test("sockets of the internet are in outer lists, where they only get a name, and in variants for services")
    func internet() {
        for profile in Self.profiles {
            func families(_ list: SeccompList) -> Set<UInt64> {
                let rules = list.syscalls.filter { $0.action == .allow && $0.names.contains("socket") }
                return Set(rules.compactMap { $0.args?.first?.value })
            }
            let own: Set<UInt64> = ["node", "python"].contains { profile.name.hasPrefix($0) } ? [1] : []
            #expect(families(profile.outer) == [1, 2, 10], "\(profile.name)")
            #expect(families(profile.inner) == own.union(profile.name.hasSuffix("+services") ? [2, 10] : []))
        }
    }

    @Test("programs of /work may be executed under build alone, and its variant for services")
    func executableWork() {
        let executing = Self.profiles.filter(\.executableWork).map(\.name)
        #expect(executing == ["build", "build+services"])
    }

    @Test("a variant for services differs from its class in its lists and its description alone")
    func variants() throws {
        for name in ProfileSet.builtIn.classes {
            let (own, variant) = (
                try ProfileSet.builtIn.profile(named: name), try ProfileSet.builtIn.profile(named: "\(name)+services")
            )
            #expect(variant.name == "\(name)+services")
            #expect(variant.description.hasPrefix(own.description + " "))
            #expect(variant.limits == own.limits)
            #expect(variant.maskedPaths == own.maskedPaths && variant.readOnlyPaths == own.readOnlyPaths)
            #expect(variant.executableWork == own.executableWork)
            #expect(variant.inner != own.inner)
            #expect(ProfileSet.builtIn.content(of: variant.name) != ProfileSet.builtIn.content(of: name))
        }
    }

    @Test("memory has room for both folders and the cell, in every class")
    func room() {
        for profile in Self.profiles {
            let limits = profile.limits
            #expect(limits.memory.bytes >= limits.work.bytes + limits.tmp.bytes + 16 << 20, "\(profile.name)")
        }
    }

    /// Calls that are harmless or not by their arguments.
    static let conditional: Set = [
        "clone", "socket", "socketpair", "ioctl", "mknod", "mknodat", "personality", "prlimit64", "sched_setaffinity",
        "sched_setscheduler", "setpriority",
    ]

    @Test("calls that reach further by their arguments are allowed for some arguments only", arguments: lists)
    func conditions(_ named: Named) {
        for rule in named.list.syscalls where rule.action == .allow && (rule.args ?? []).isEmpty {
            #expect(Set(rule.names).isDisjoint(with: Self.conditional), "\(rule.names)")
        }
        // For process 1 it does not matter: it sets its walls up by prctl. The tool gets single options.
        guard named.testDescription.hasSuffix("inner") else { return }
        for rule in named.list.syscalls where rule.names.contains("prctl") { #expect(rule.args?.count == 1) }
    }

    @Test("clone3 looks as if the kernel did not have it, so that the C library falls back to clone", arguments: lists)
    func clone3(_ named: Named) {
        let rules = named.list.syscalls.filter { $0.names.contains("clone3") }
        #expect(rules.map(\.errnoRet) == [38])
    }

    @Test("what is answered with success without being done is flushing, advice, and what would change nothing")
    func fakedSuccess() {
        let harmless: Set = [
            "fsync", "fdatasync", "msync", "sync", "syncfs", "fadvise64", "getgroups", "setuid", "setgid", "setresuid",
            "setresgid", "chown", "fchown", "lchown", "fchownat",
        ]
        for named in Self.lists {
            for rule in named.list.syscalls where rule.errnoRet == 0 {
                #expect(harmless.isSuperset(of: rule.names), "\(named.testDescription): \(rule.names)")
                guard rule.names.contains(where: { $0.hasPrefix("set") || $0.contains("chown") }) else { continue }
                let id = UInt64(ContainerPlan.userID)
                let keep: UInt64 = 0xFFFF_FFFF
                let values = (rule.args ?? []).map { $0.valueTwo ?? $0.value }
                #expect(values.contains(id) && values.allSatisfy { $0 == id || $0 == keep }, "\(rule.names)")
            }
        }
    }

    @Test("what the inner list allows the outer one allows, too, for a tool gets only what both allow")
    func innerWithinOuter() {
        for profile in Self.profiles {
            let reachable = Set(profile.outer.syscalls.filter { $0.action == .allow }.flatMap(\.names))
            let wanted = Set(profile.inner.syscalls.filter { $0.action == .allow }.flatMap(\.names))
            #expect(wanted.isStrictSubset(of: reachable), "\(profile.name)")
        }
    }

    /// What runc calls between loading the list and the program's start, and what the cell is made of.
    static let needed: Set = [
        "close", "epoll_ctl", "execve", "fstatfs", "futex", "getdents64", "getpid", "openat", "rt_sigreturn", "write",
        "openat2", "signalfd4", "seccomp", "prctl", "wait4", "poll", "setsid", "dup2", "landlock_create_ruleset",
        "landlock_add_rule", "landlock_restrict_self",
    ]

    @Test("every outer list has what runc and the cell need")
    func runcAndCell() {
        for profile in Self.profiles {
            let allowed = Set(profile.outer.syscalls.filter { $0.action == .allow }.flatMap(\.names))
            #expect(Self.needed.subtracting(allowed) == [], "\(profile.name)")
        }
    }
}
