import Ports

/// Whether the engine has the controls that a sandbox is made of.
struct EngineControlRules {
    let info: EngineInfo

    var findings: [Finding] { [cgroup, memory, swap, pids, cpu, seccomp, isolation] }

    private var cgroup: Finding {
        guard let driver = info.cgroupDriver else {
            return .unknown(
                .engineCgroup, .cgroupsUnknown, "The engine does not tell how it uses control groups.",
                "Look for it: docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}'")
        }
        guard driver != "none" else {
            return .fail(
                .engineCgroup, .noCgroups, "The engine has no control groups, so that no limit would hold.",
                "Let the engine run as root, or delegate cgroup v2 controllers to its user "
                    + "(systemctl edit user@.service: Delegate=cpu memory pids).")
        }
        return .ok(.engineCgroup, "cgroup v\(info.cgroupVersion ?? "1"), driver \(driver).")
    }

    private var memory: Finding {
        limit(
            .engineMemory, info.limitsMemory, "memory", (.memoryUnlimited, .memoryLimitUnknown),
            "Boot the engine's machine with cgroup_enable=memory on the kernel's command line.")
    }

    private var swap: Finding {
        limit(
            .engineSwap, info.limitsSwap, "swap", (.swapUnlimited, .swapLimitUnknown),
            "Boot the engine's machine with swapaccount=1 on the kernel's command line, or with cgroup v2.")
    }

    private var pids: Finding {
        limit(
            .enginePids, info.limitsPids, "the number of processes", (.pidsUnlimited, .pidsLimitUnknown),
            "Use a kernel with CONFIG_CGROUP_PIDS.")
    }

    private var cpu: Finding {
        limit(
            .engineCPU, info.limitsCPU, "CPU time", (.cpuUnlimited, .cpuLimitUnknown),
            "Use a kernel with CONFIG_CFS_BANDWIDTH.")
    }

    /// The engine discards a limit that it does not have with a mere warning: the read-back would then refuse the job.
    private func limit(
        _ check: Check, _ isThere: Bool?, _ what: String, _ problems: (missing: Problem, unknown: Problem),
        _ remedy: String
    ) -> Finding {
        switch isThere {
        case true?: .ok(check, "The engine limits \(what).")
        case false?:
            .fail(check, problems.missing, "The engine cannot limit \(what): every job would be refused.", remedy)
        case nil:
            .unknown(
                check, problems.unknown, "The engine does not say whether it limits \(what).",
                "See whether a job is refused: caisson run --image shell -- true")
        }
    }

    private var seccomp: Finding {
        guard let options = option("seccomp") else {
            return .fail(
                .engineSeccomp, .noSeccomp, "The engine does not filter system calls: every job would be refused.",
                "Use a kernel with CONFIG_SECCOMP_FILTER and an engine that was built with seccomp.")
        }
        guard !options.contains("profile=unconfined") else {
            return .warn(
                .engineSeccomp, .seccompOffByDefault,
                "The engine filters the system calls of Caisson's sandboxes, but of no other container by itself.",
                "Remove \"seccomp-profile\": \"unconfined\" from /etc/docker/daemon.json, then systemctl restart docker."
            )
        }
        return .ok(.engineSeccomp, "The engine filters system calls, with a list of ours for each sandbox.")
    }

    /// That there are no user namespaces, or root, is told and no fault: a sandbox's user is not root in either case.
    private var isolation: Finding {
        let known = [
            ("userns", "user namespaces"), ("rootless", "no root"), ("apparmor", "AppArmor"), ("selinux", "SELinux"),
        ]
        let found = known.filter { option($0.0) != nil }.map(\.1)
        guard option("apparmor") != nil || option("selinux") != nil else {
            let rest = found.isEmpty ? "" : " (it has \(found.joined(separator: ", ")))"
            return .warn(
                .engineIsolation, .noSecurityModule,
                "The engine has neither AppArmor nor SELinux\(rest): what Caisson sets itself has no third wall behind it.",
                "Boot the engine's machine with apparmor=1 security=apparmor on the kernel's command line, and install apparmor."
            )
        }
        return .ok(
            .engineIsolation, "Beyond what Caisson sets itself, the engine has \(found.joined(separator: ", ")).")
    }

    /// The words of a security option, as `profile=default` beside `name=seccomp`; `nil` without the option.
    private func option(_ name: String) -> [Substring]? {
        info.securityOptions.map { $0.split(separator: ",") }.first { $0.contains("name=\(name)") }
    }
}
