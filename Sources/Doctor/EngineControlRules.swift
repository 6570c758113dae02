import Ports

/// Whether the engine has the controls that a sandbox is made of.
struct EngineControlRules {
    let info: EngineInfo

    /// runc from here on has the mends of 2025 and 2026 for what a hostile image can do to it.
    static let wellMendedRunc = [1, 3, 6]

    var findings: [Finding] {
        [cgroup, memory, swap, pids, cpu, seccomp, isolation, runtime]
    }

    private var cgroup: Finding {
        let (version, driver) = (info.cgroupVersion ?? "1", info.cgroupDriver ?? "unknown")
        guard driver != "none" else {
            return .fail(
                .engineCgroup, "The engine has no control groups, so that no limit would hold.",
                "Let the engine run as root, or delegate cgroup v2 controllers to its user.")
        }
        return .ok(.engineCgroup, "cgroup v\(version), driver \(driver).")
    }

    private var memory: Finding {
        limit(
            .engineMemory, info.limitsMemory, "memory",
            "Boot the engine's machine with cgroup_enable=memory on the kernel's command line.")
    }

    private var swap: Finding {
        limit(
            .engineSwap, info.limitsSwap, "swap",
            "Boot the engine's machine with swapaccount=1 on the kernel's command line, or with cgroup v2.")
    }

    private var pids: Finding {
        limit(.enginePids, info.limitsPids, "the number of processes", "Use a kernel with CONFIG_CGROUP_PIDS.")
    }

    private var cpu: Finding {
        limit(.engineCPU, info.limitsCPU, "CPU time", "Use a kernel with CONFIG_CFS_BANDWIDTH.")
    }

    /// The engine discards a limit that it does not have with a mere warning: the read-back would then refuse the job.
    private func limit(_ check: Check, _ isThere: Bool?, _ what: String, _ remedy: String) -> Finding {
        switch isThere {
        case true?: .ok(check, "The engine limits \(what).")
        case false?: .fail(check, "The engine cannot limit \(what): every job would be refused.", remedy)
        case nil: .warn(check, "The engine does not say whether it limits \(what).", remedy)
        }
    }

    private var seccomp: Finding {
        guard has("seccomp") else {
            return .fail(
                .engineSeccomp, "The engine does not filter system calls: every job would be refused.",
                "Use a kernel with CONFIG_SECCOMP_FILTER and an engine that was built with seccomp.")
        }
        return .ok(.engineSeccomp, "The engine filters system calls, with a list of ours for each sandbox.")
    }

    private var isolation: Finding {
        let known = [
            ("userns", "user namespaces"), ("rootless", "rootless"), ("apparmor", "AppArmor"), ("selinux", "SELinux"),
        ]
        let found = known.filter { has($0.0) }.map(\.1)
        let text = found.isEmpty ? "nothing of user namespaces, AppArmor and SELinux" : found.joined(separator: ", ")
        return .ok(.engineIsolation, "Beyond what Caisson sets itself, the engine has \(text).")
    }

    private func has(_ option: String) -> Bool {
        info.securityOptions.contains { $0.split(separator: ",").contains { $0 == "name=\(option)" } }
    }

    private var runtime: Finding {
        guard info.runtimes.contains("runc") else {
            return .fail(
                .engineRuntime, "The engine has no runtime runc: every job would be refused.",
                "Install runc, and name it in the engine's configuration if it lies in an unusual place.")
        }
        guard let text = info.components["runc"] else {
            return .ok(.engineRuntime, "The runtime runc is there; the engine does not tell its version.")
        }
        let version = Self.numbers(text)
        guard version.isEmpty || !version.lexicographicallyPrecedes(Self.wellMendedRunc) else {
            return .warn(
                .engineRuntime,
                "runc is \(text); \(Self.wellMendedRunc.map(String.init).joined(separator: ".")) has mends that this lacks, "
                    + "unless the distribution has put them in under the old number.",
                "Update the engine's packages, and use images of known origin until then.")
        }
        return .ok(.engineRuntime, "The runtime is runc \(text).")
    }

    /// `1.1.5+ds1-1` as 1, 1, 5; empty if it is not a version.
    static func numbers(_ text: String) -> [Int] {
        let plain = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = plain.split(separator: ".").compactMap { Int($0) }
        return parts.count >= 2 ? parts : []
    }
}
