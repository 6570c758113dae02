/// Doors of this machine's kernel that stand open to every user of it.
///
/// A job reaches none of them: its lists refuse the calls. They are what is left if a list has a hole, and what other containers and
/// users have.
struct KernelSettingRules {
    let facts: MachineFacts

    var findings: [Finding] { [landlock, ioUring, bpf, userfault, addresses, messages, coreDumps] }

    private var landlock: Finding {
        guard let modules = facts.securityModules else {
            return .unknown(
                .kernelLandlock, .landlockUnknown,
                "Whether the kernel has Landlock cannot be read (no /sys/kernel/security/lsm).",
                "Let it be shown: mount -t securityfs securityfs /sys/kernel/security")
        }
        guard modules.contains("landlock") else {
            return .warn(
                .kernelLandlock, .landlockMissing,
                "The kernel has no Landlock: what a job may write to is held by mounts and lists alone.",
                "Boot with lsm=landlock,\(modules.sorted().joined(separator: ",")) on the kernel's command line; it needs 5.13 or newer."
            )
        }
        return .ok(.kernelLandlock, "The kernel has Landlock.")
    }

    private var ioUring: Finding {
        guard let value = number(.ioUringDisabled) else {
            return unknown(.kernelIOUring, .ioUringUnknown, .ioUringDisabled, "io_uring is open to every user")
        }
        guard value > 0 else {
            return .warn(
                .kernelIOUring, .ioUringOpen,
                "io_uring is open to every user of this machine; jobs are refused it by their lists, but a host without it is safer.",
                set(.ioUringDisabled, 2))
        }
        return .ok(.kernelIOUring, "io_uring is closed to common users.")
    }

    private var bpf: Finding {
        guard let value = number(.unprivilegedBPFDisabled) else {
            return unknown(.kernelBPF, .bpfUnknown, .unprivilegedBPFDisabled, "every user may load BPF programs")
        }
        guard value > 0 else {
            return .warn(
                .kernelBPF, .bpfOpen,
                "Every user of this machine may load BPF programs into the kernel; jobs are refused that by their lists.",
                set(.unprivilegedBPFDisabled, 2))
        }
        return .ok(.kernelBPF, "Common users may not load BPF programs.")
    }

    private var userfault: Finding {
        guard let value = number(.unprivilegedUserfaultfd) else {
            return unknown(
                .kernelUserfault, .userfaultUnknown, .unprivilegedUserfaultfd,
                "every user may stop the kernel by userfaultfd")
        }
        guard value == 0 else {
            return .warn(
                .kernelUserfault, .userfaultOpen,
                "Every user of this machine may make the kernel wait in the middle of a call by userfaultfd, which attacks on it "
                    + "are fond of; jobs are refused it by their lists.",
                set(.unprivilegedUserfaultfd, 0))
        }
        return .ok(.kernelUserfault, "Common users may not make the kernel wait by userfaultfd.")
    }

    /// `/proc/kallsyms` gives its addresses to all with both settings this low.
    ///
    /// - Source: Linux, kernel/ksyms_common.c (`kallsyms_show_value`).
    private var addresses: Finding {
        guard let restriction = number(.pointerRestriction), let paranoia = number(.perfParanoia) else {
            let missing: KernelSetting = number(.pointerRestriction) == nil ? .pointerRestriction : .perfParanoia
            return unknown(.kernelAddresses, .addressesUnknown, missing, "every user may read the kernel's addresses")
        }
        guard restriction > 0 || paranoia > 1 else {
            return .warn(
                .kernelAddresses, .addressesOpen,
                "Every user of this machine may read the kernel's addresses, which attacks on it need first.",
                set(.pointerRestriction, 1))
        }
        return .ok(.kernelAddresses, "The kernel's addresses are hidden from common users.")
    }

    private var messages: Finding {
        guard let value = number(.messageRestriction) else {
            return unknown(
                .kernelMessages, .messagesUnknown, .messageRestriction, "every user may read the kernel's messages")
        }
        guard value > 0 else {
            return .warn(
                .kernelMessages, .messagesOpen,
                "Every user of this machine may read the kernel's messages; jobs are refused that by their lists.",
                set(.messageRestriction, 1))
        }
        return .ok(.kernelMessages, "The kernel's messages are hidden from common users.")
    }

    /// Whether the kernel tells somebody of a job that crashes.
    ///
    /// With a pattern that begins with a pipe it starts that program as root, outside of all namespaces, for what crashes in a container,
    /// unless the core limit is one byte, which all jobs have; zero does not keep it from that. A socket is always connected to.
    ///
    /// - Source: core(5), "Piping core dumps to a program"; Linux, fs/coredump.c.
    private var coreDumps: Finding {
        guard let pattern = facts.settings[.corePattern] else {
            return unknown(.kernelCoreDumps, .coreDumpUnknown, .corePattern, "a crash starts a program of the host's")
        }
        let receiver = pattern.dropFirst().prefix { $0 != " " }
        guard pattern.first == "@" else {
            return .ok(
                .kernelCoreDumps,
                pattern.first == "|"
                    ? "Crashes are told to \(receiver), but not those of jobs: their core limit is one byte."
                    : "A crash starts no program: core dumps go to files, for which jobs have a limit of one byte.")
        }
        return .warn(
            .kernelCoreDumps, .coreDumpSocket,
            "When a tool in a sandbox crashes, the kernel hands its memory to \(receiver), outside of the sandbox; "
                + "the core limit that jobs have does not prevent that.",
            "Let core dumps go to a file: sysctl -w kernel.core_pattern=core (apport and systemd-coredump set it anew: remove them)."
        )
    }

    private func number(_ setting: KernelSetting) -> Int? { facts.settings[setting].flatMap { Int($0) } }

    private func unknown(_ check: Check, _ problem: Problem, _ setting: KernelSetting, _ what: String) -> Finding {
        .unknown(
            check, problem, "Whether \(what) cannot be read: this kernel shows no \(setting.rawValue).",
            "See whether it has the setting: sysctl \(setting.rawValue)")
    }

    private func set(_ setting: KernelSetting, _ value: Int) -> String {
        "Close it: sysctl -w \(setting.rawValue)=\(value), and the same in /etc/sysctl.d/50-caisson.conf."
    }
}
