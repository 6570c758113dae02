import CellWire
import Hardening
import Model

/// Compares what the cell sees from inside with the plan: the last wall that a control which is not in force meets.
enum AttestationCheck {
    static func differences(_ seen: Attestation, plan: ContainerPlan) -> [PostureDifference] {
        var differences: [PostureDifference] = []
        func expect<Value: Equatable>(_ field: String, _ got: Value, _ wanted: Value) {
            guard got != wanted else { return }
            differences.append(PostureDifference(field: "cell: \(field)", wanted: "\(wanted)", got: "\(got)"))
        }
        let id = ContainerPlan.userID
        expect("protocol version", seen.protocolVersion, CellWire.version)
        expect("user ids", seen.userIDs, [id, id, id, id])
        expect("group ids", seen.groupIDs, [id, id, id, id])
        expect("supplementary groups", seen.supplementaryGroups.filter { $0 != id }, [])
        expect("capabilities", seen.capabilities, 0)
        expect("no new privileges", seen.noNewPrivileges, true)
        expect("seccomp mode", seen.seccompMode, 2)
        expect("a seccomp filter", seen.seccompFilters >= 1, true)
        expect("dumpable", seen.isDumpable, false)
        expect("interfaces", seen.interfaces.filter { !Self.isIdleTunnel($0) }, ["lo"])
        expect("memory limit", seen.memoryLimitBytes, Int(plan.limits.memory.bytes))
        expect("pids limit", seen.pidsLimit, plan.limits.pids)
        expect("CPU share", cpuShare(seen), plan.limits.milliCPUs)
        expect("open files limit", seen.openFilesLimit, plan.limits.files)
        expect("core size limit", seen.coreSizeLimit, 1)
        if let difference = landlockDifference(seen.landlockABI, demand: plan.profile.landlock) {
            differences.append(difference)
        }
        return differences + mountDifferences(seen, plan: plan)
    }

    /// A kernel without Landlock is a difference only where the profile requires it; one that cannot be asked always is.
    private static func landlockDifference(_ abi: Int?, demand: LandlockDemand) -> PostureDifference? {
        let oldest = CellWire.oldestLandlockABI
        if let abi, abi < 0 {
            return PostureDifference(
                field: "cell: Landlock", wanted: "the kernel's ABI",
                got: "not told (the outer list must let landlock_create_ruleset through)")
        }
        guard demand == .required, abi ?? 0 < oldest else { return nil }
        let got = abi.map { $0 == 0 ? "none in this kernel" : "ABI \($0)" } ?? "not reported"
        return PostureDifference(
            field: "cell: Landlock", wanted: "ABI \(oldest) or newer, which the profile requires", got: got)
    }

    /// CPU time per period, in thousandths of a core; 0 without a limit.
    private static func cpuShare(_ seen: Attestation) -> Int {
        guard seen.cpuQuotaMicroseconds > 0, seen.cpuPeriodMicroseconds > 0 else { return 0 }
        return Int((Double(seen.cpuQuotaMicroseconds) * 1000 / Double(seen.cpuPeriodMicroseconds)).rounded())
    }

    /// Devices that some kernels put into every new network namespace, without an address and down.
    private static func isIdleTunnel(_ name: String) -> Bool {
        ["tunl0", "sit0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"].contains(name)
    }

    /// The root and the cell read-only; the two tmpfs mounts of their size, without devices and setuid, and
    /// without programs unless the profile allows them; and beside them nothing but the kernel's own file systems where they belong.
    private static func mountDifferences(_ seen: Attestation, plan: ContainerPlan) -> [PostureDifference] {
        var differences: [PostureDifference] = []
        func differ(_ path: String, _ wanted: String, _ got: String) {
            differences.append(PostureDifference(field: "cell: mount \(path)", wanted: wanted, got: got))
        }
        let mounts = Dictionary(grouping: seen.mounts, by: \.path)
        for path in ["/", ContainerPlan.cellFolder] {
            let options = options(mounts[path]?.last)
            if !options.contains("ro") { differ(path, "ro", options.sorted().joined(separator: ",")) }
        }
        for path in [JobSpec.workFolder, "/tmp"] {
            let (kind, options) = (mounts[path]?.last?.kind ?? "nothing", options(mounts[path]?.last))
            if kind != "tmpfs" { differ(path, "tmpfs", kind) }
            let isTmp = path == "/tmp"
            let size = isTmp ? plan.limits.tmp : plan.limits.work
            for option in ["nosuid", "nodev", "size=\(size.bytes >> 10)k"] where !options.contains(option) {
                differ(path, option, options.sorted().joined(separator: ","))
            }
            let isExecutable = plan.profile.executableWork && !isTmp
            if options.contains("noexec") == isExecutable {
                differ(path, isExecutable ? "exec" : "noexec", options.sorted().joined(separator: ","))
            }
        }
        // A bind mount of the host's /run or /dev would be a tmpfs or a devtmpfs, too: so the place counts as well as the kind.
        let virtual: Set = ["proc", "tmpfs", "devpts", "sysfs", "cgroup", "cgroup2", "mqueue"]
        // The engine mounts small files of its own over these, with a network or without.
        let engineFiles: Set = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"]
        for mount in seen.mounts {
            if ["/", ContainerPlan.cellFolder, JobSpec.workFolder, "/tmp"].contains(mount.path) { continue }
            let top = mount.path.split(separator: "/").first ?? ""
            if virtual.contains(mount.kind), ["proc", "sys", "dev"].contains(top) { continue }
            if engineFiles.contains(mount.path), options(mount).contains("ro") { continue }
            differ(mount.path, "no such mount", mount.kind)
        }
        return differences
    }

    /// The mount's own options and its file system's together; "ro" of either makes it read-only.
    private static func options(_ mount: Attestation.Mount?) -> Set<String> {
        Set((mount?.options ?? "").split(separator: ",").map(String.init))
    }
}
