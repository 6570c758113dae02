import CCell
import CellWire
import Glibc

/// Reads from the kernel how this container is confined.
enum Attester {
    static func attest() -> Attestation {
        var attestation = Attestation()
        attestation.protocolVersion = CellWire.version
        let status = Status(of: "self")
        attestation.userIDs = status.numbers("Uid")
        attestation.groupIDs = status.numbers("Gid")
        attestation.supplementaryGroups = status.numbers("Groups")
        attestation.capabilities = status.capabilities
        attestation.noNewPrivileges = status.number("NoNewPrivs") == 1
        attestation.seccompMode = status.number("Seccomp")
        attestation.seccompFilters = status.number("Seccomp_filters")
        attestation.interfaces = interfaces
        attestation.mounts = mounts
        let cgroup = Cgroup()
        attestation.memoryLimitBytes = cgroup.memoryLimit ?? -1
        attestation.pidsLimit = cgroup.pidsLimit ?? -1
        attestation.cpuQuotaMicroseconds = cgroup.cpu?.quota ?? -1
        attestation.cpuPeriodMicroseconds = cgroup.cpu?.period ?? -1
        attestation.openFilesLimit = limit(RLIMIT_NOFILE)
        attestation.coreSizeLimit = limit(RLIMIT_CORE)
        attestation.landlockABI = Landlock.abi
        attestation.isDumpable = caisson_cell_is_dumpable() != 0
        return attestation
    }

    /// The posture of a child that has loaded its filters and waits at its gate.
    static func posture(of pid: Int32) -> ToolPosture {
        let status = Status(of: "\(pid)")
        var posture = ToolPosture()
        posture.noNewPrivileges = status.number("NoNewPrivs") == 1
        posture.seccompMode = status.number("Seccomp")
        posture.seccompFilters = status.number("Seccomp_filters")
        posture.capabilities = status.capabilities
        return posture
    }

    /// The names before the colons of `/proc/net/dev`, after its two lines of headings.
    private static var interfaces: [String] {
        guard let text = Kernel.text(of: "/proc/net/dev") else { return ["(unreadable)"] }
        return text.split(separator: "\n").dropFirst(2).compactMap { line in
            line.split(separator: ":").first.map { String($0.drop { $0 == " " }) }
        }
    }

    /// Field 5 is the mount point, 6 its options; after the dash come kind, source and the file system's options.
    private static var mounts: [Attestation.Mount] {
        guard let text = Kernel.text(of: "/proc/self/mountinfo") else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else { return nil }
            // An overlay's own options name folders of the host, which nobody needs to know.
            let superOptions = words[dash + 1] == "overlay" ? "" : ",\(words[dash + 3])"
            return Attestation.Mount(
                path: String(words[4]), kind: String(words[dash + 1]), options: words[5] + superOptions)
        }
    }

    private static func limit(_ resource: __rlimit_resource) -> Int {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0, limits.rlim_cur == limits.rlim_max
        else { return -1 }
        return limits.rlim_max > UInt(Int.max) ? -1 : Int(limits.rlim_max)
    }
}

/// The lines of `/proc/PID/status`.
private struct Status {
    private var lines: [Substring: [Substring]] = [:]

    init(of pid: String) {
        for line in (Kernel.text(of: "/proc/\(pid)/status") ?? "").split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            lines[line[..<colon]] = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
        }
    }

    func numbers(_ name: Substring) -> [Int] { (lines[name] ?? []).compactMap { Int($0) } }
    func number(_ name: Substring) -> Int { numbers(name).first ?? 0 }

    /// All five sets together; a set that is missing counts as full.
    var capabilities: UInt64 {
        ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].reduce(0) { union, name in
            union | (lines[name]?.first.flatMap { UInt64($0, radix: 16) } ?? .max)
        }
    }
}
