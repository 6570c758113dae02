import CellWire
import Hardening
import Model
import Profiles
import Testing

@testable import DockerEngine

@Suite struct AttestationCheckTests {
    private let plan: ContainerPlan
    private let good: Attestation

    init() throws {
        plan = try Self.plan()
        var seen = Attestation()
        seen.protocolVersion = 1
        seen.userIDs = [65_532, 65_532, 65_532, 65_532]
        seen.groupIDs = [65_532, 65_532, 65_532, 65_532]
        seen.capabilities = 0
        seen.noNewPrivileges = true
        seen.seccompMode = 2
        seen.seccompFilters = 1
        seen.interfaces = ["lo"]
        seen.mounts = [
            .init(path: "/", kind: "overlay", options: "ro,relatime"),
            .init(path: "/proc", kind: "proc", options: "rw,nosuid,nodev,noexec"),
            .init(path: "/dev", kind: "tmpfs", options: "rw,nosuid"),
            .init(path: "/dev/pts", kind: "devpts", options: "rw"),
            .init(path: "/sys", kind: "sysfs", options: "ro"),
            .init(path: "/sys/fs/cgroup/memory", kind: "cgroup", options: "ro"),
            .init(path: "/work", kind: "tmpfs", options: "rw,nosuid,nodev,noexec,relatime,size=65536k"),
            .init(path: "/tmp", kind: "tmpfs", options: "rw,nosuid,nodev,noexec,relatime,size=16384k"),
            .init(path: "/.caisson", kind: "ext4", options: "ro,relatime,rw"),
        ]
        seen.memoryLimitBytes = 268_435_456
        seen.pidsLimit = 64
        seen.cpuQuotaMicroseconds = 100_000
        seen.cpuPeriodMicroseconds = 100_000
        seen.openFilesLimit = 256
        seen.coreSizeLimit = 1
        seen.isDumpable = false
        good = seen
    }

    private static func plan(landlock: LandlockDemand = .whenAvailable) throws -> ContainerPlan {
        let name = "shell"
        let files = ProfileFiles.all.filter { $0.key.hasPrefix("\(name).") }.mapValues { bytes in
            Array(String(decoding: bytes, as: UTF8.self).replacing("when_available", with: landlock.rawValue).utf8)
        }
        let profile = try Profile(files: files, name: name)
        return ContainerPlan(
            name: "n", labels: [:], imageID: "sha256:1", imageEnvironmentNames: [], cellVolume: "v", profile: profile,
            limits: profile.limits)
    }

    private func fields(_ change: (inout Attestation) -> Void) -> [String] {
        var seen = good
        change(&seen)
        return AttestationCheck.differences(seen, plan: plan).map(\.field)
    }

    @Test("a cell that is confined as planned shows no difference")
    func confined() { #expect(fields { _ in } == []) }

    @Test("/work may hold programs if the profile says so, and then has to; /tmp never")
    func executableWork() throws {
        let profile = try ProfileSet.builtIn.profile(named: "build")
        let executing = ContainerPlan(
            name: "n", labels: [:], imageID: "sha256:1", imageEnvironmentNames: [], cellVolume: "v", profile: profile,
            limits: plan.limits)
        func fields(work: String, tmp: String) -> [String] {
            var seen = good
            seen.mounts[6].options = "rw,nosuid,nodev,\(work)size=65536k"
            seen.mounts[7].options = "rw,nosuid,nodev,\(tmp)size=16384k"
            return AttestationCheck.differences(seen, plan: executing).map(\.field)
        }
        #expect(fields(work: "", tmp: "noexec,") == [])
        #expect(fields(work: "noexec,", tmp: "noexec,") == ["cell: mount /work"])
        #expect(fields(work: "", tmp: "") == ["cell: mount /tmp"])
    }

    @Test("a cell that tells nothing differs in everything")
    func nothing() {
        #expect(AttestationCheck.differences(Attestation(), plan: plan).count >= 14)
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let field: String
        let apply: @Sendable (inout Attestation) -> Void
        var testDescription: String { field }
        init(_ field: String, _ apply: @escaping @Sendable (inout Attestation) -> Void) {
            (self.field, self.apply) = (field, apply)
        }
    }

    static let changes: [Change] = [
        Change("protocol version") { $0.protocolVersion = 2 },
        Change("user ids") { $0.userIDs[1] = 0 },
        Change("user ids") { $0.userIDs = [] },
        Change("user ids") { $0.userIDs.removeLast() },
        Change("group ids") { $0.groupIDs[3] = 0 },
        Change("supplementary groups") { $0.supplementaryGroups = [65_532, 0] },
        Change("capabilities") { $0.capabilities = 1 },
        Change("capabilities") { $0.capabilities = 1 << 40 },
        Change("no new privileges") { $0.noNewPrivileges = false },
        Change("seccomp mode") { $0.seccompMode = 0 },
        Change("seccomp mode") { $0.seccompMode = 1 },
        Change("a seccomp filter") { $0.seccompFilters = 0 },
        Change("dumpable") { $0.isDumpable = true },
        Change("interfaces") { $0.interfaces = ["lo", "eth0"] },
        Change("interfaces") { $0.interfaces = ["(unreadable)"] },
        Change("interfaces") { $0.interfaces = [] },
        Change("memory limit") { $0.memoryLimitBytes = -1 },
        Change("memory limit") { $0.memoryLimitBytes += 4096 },
        Change("pids limit") { $0.pidsLimit = -1 },
        Change("pids limit") { $0.pidsLimit = 65 },
        Change("CPU share") { $0.cpuQuotaMicroseconds = -1 },
        Change("CPU share") { $0.cpuQuotaMicroseconds = 200_000 },
        Change("CPU share") { $0.cpuPeriodMicroseconds = 0 },
        Change("open files limit") { $0.openFilesLimit = -1 },
        Change("open files limit") { $0.openFilesLimit = 1_048_576 },
        Change("core size limit") { $0.coreSizeLimit = -1 }, Change("core size limit") { $0.coreSizeLimit = 0 },
        Change("mount /") { $0.mounts[0].options = "rw,relatime" },
        Change("mount /") { $0.mounts.removeFirst() },
        Change("mount /.caisson") { $0.mounts[8].options = "rw,relatime" },
        Change("mount /.caisson") { $0.mounts.removeLast() },
        Change("mount /work") { $0.mounts[6].options = "rw,nosuid,nodev,size=65536k" },
        Change("mount /work") { $0.mounts[6].options = "rw,nosuid,noexec,size=65536k" },
        Change("mount /work") { $0.mounts[6].options = "rw,nosuid,nodev,noexec,relatime" },
        Change("mount /work") { $0.mounts[6].options = "rw,nosuid,nodev,noexec,size=65540k" },
        Change("mount /tmp") { $0.mounts[7].options = "rw,nodev,noexec,size=16384k" },
        Change("mount /tmp") { $0.mounts[7].kind = "ramfs" },
        Change("mount /etc/hosts") { $0.mounts.append(.init(path: "/etc/hosts", kind: "ext4", options: "rw")) },
        Change("mount /data") { $0.mounts.append(.init(path: "/data", kind: "ext4", options: "ro")) },
        // Those of the host's own are of the same kinds.
        Change("mount /run") { $0.mounts.append(.init(path: "/run", kind: "tmpfs", options: "ro")) },
        Change("mount /data") { $0.mounts.append(.init(path: "/data", kind: "devtmpfs", options: "ro")) },
        Change("mount /dev") { $0.mounts.append(.init(path: "/dev", kind: "devtmpfs", options: "rw")) },
        Change("mount /procfs") { $0.mounts.append(.init(path: "/procfs", kind: "proc", options: "rw")) },
        Change("mount /var/run/docker.sock") {
            $0.mounts.append(.init(path: "/var/run/docker.sock", kind: "ext4", options: "ro"))
        },
        // What was mounted over a good mount is what counts.
        Change("mount /work") {
            $0.mounts.append(.init(path: "/work", kind: "tmpfs", options: "rw,nosuid,nodev,size=65536k"))
        },
    ]

    @Test("each control that is not in force is named, and nothing else", arguments: changes)
    func change(_ change: Change) {
        let found = Set(fields(change.apply))
        #expect(found == ["cell: \(change.field)"])
    }

    @Test(
        "a kernel without Landlock, or with one too old to be of use, is a difference where the profile requires it",
        arguments: [nil, 0, 1, 2, 7])
    func landlock(_ abi: Int?) throws {
        var seen = good
        seen.landlockABI = abi
        let required = try Self.plan(landlock: .required)
        #expect(required.profile.landlock == .required)
        let whenAvailable = AttestationCheck.differences(seen, plan: plan)
        #expect(whenAvailable == [])
        let differences = AttestationCheck.differences(seen, plan: required)
        guard abi ?? 0 < 2 else { return #expect(differences == []) }
        #expect(differences.map(\.field) == ["cell: Landlock"])
        #expect(differences.first?.wanted == "ABI 2 or newer, which the profile requires")
        let got = [nil: "not reported", 0: "none in this kernel", 1: "ABI 1"]
        #expect(differences.first?.got == got[abi])
    }

    @Test("a Landlock that does not answer is a difference under any profile")
    func silentLandlock() throws {
        #expect(fields { $0.landlockABI = -1 } == ["cell: Landlock"])
    }

    @Test("a mount that is not there at all lacks each of its options")
    func missingMount() {
        #expect(fields { $0.mounts.remove(at: 6) } == Array(repeating: "cell: mount /work", count: 5))
    }

    @Test("what weakens nothing is passed over")
    func harmless() {
        #expect(fields { $0.supplementaryGroups = [65_532] } == [])
        #expect(fields { $0.interfaces = ["tunl0", "lo", "sit0", "ip6tnl0"] } == [])
        #expect(fields { ($0.cpuQuotaMicroseconds, $0.cpuPeriodMicroseconds) = (50_000, 50_000) } == [])
        #expect(fields { $0.seccompFilters = 2 } == [])
        for path in ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"] {
            #expect(fields { $0.mounts.append(.init(path: path, kind: "ext4", options: "ro")) } == [])
        }
    }
}
