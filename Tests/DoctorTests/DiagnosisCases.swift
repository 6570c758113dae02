import Doctor
import Model
import Ports

extension DiagnosisTests {
    static func survey(
        _ change: @escaping @Sendable (inout EngineSurvey) -> Void
    ) -> @Sendable (inout DoctorFacts) -> Void {
        { facts in
            var survey = Samples.survey
            change(&survey)
            facts.engine.survey = .success(survey)
        }
    }

    static func info(_ change: @escaping @Sendable (inout EngineInfo) -> Void) -> @Sendable (inout DoctorFacts) -> Void
    {
        survey { change(&$0.info) }
    }

    private static func socket(mode: UInt32 = 0o660, mayUse: Bool = true, members: [String]? = [])
        -> @Sendable (
            inout DoctorFacts
        ) -> Void
    {
        { $0.engine.socket = .present(owner: "root", group: "docker", mode: mode, mayUse: mayUse, members: members) }
    }

    static let engineCases: [Case] = [
        Case(.socketMissing, .fail, "no socket") { $0.engine.socket = .missing },
        Case(.socketIsNone, .fail, "not a socket") { $0.engine.socket = .notASocket },
        Case(.socketHidden, .fail, "denied") { $0.engine.socket = .unreadable(reason: "permission denied") },
        Case(.socketForOthers, .fail, "root:docker", socket(mayUse: false)),
        Case(.socketForAll, .fail, "Every user", socket(mode: 0o666)),
        Case(.socketForMany, .warn, "4 users", socket(members: ["b", "c", "d", "e"])),
        Case(.socketMembersUnknown, .unknown, "cannot be read", socket(members: nil)),
        Case(.plainTCP, .fail, "without TLS") {
            ($0.engine.address, $0.engine.socket) = ("tcp://127.0.0.1:2375", nil)
        },
        Case(.engineNotLinux, .fail, "windows", info { $0.systemKind = "windows" }),
        Case(.storageCopies, .warn, "full copy", info { $0.storageDriver = "vfs" }),
        Case(.storageUntried, .warn, "devicemapper", info { $0.storageDriver = "devicemapper" }),
        Case(.storageUnknown, .unknown, "does not tell", info { $0.storageDriver = nil }),
        Case(.engineSpaceGone, .fail, "63 MiB") { $0.engine.space = Space(free: .mebibytes(63), freeFiles: nil) },
        Case(.engineSpaceLow, .warn, "1023 MiB") { $0.engine.space = Space(free: .mebibytes(1023), freeFiles: nil) },
        Case(.engineFilesGone, .fail, "99 more files") {
            $0.engine.space = Space(free: .gibibytes(9), freeFiles: 99)
        },
        Case(.engineFilesLow, .warn, "9999 more files") {
            $0.engine.space = Space(free: .gibibytes(9), freeFiles: 9999)
        },
        Case(.engineSpaceUnknown, .unknown, "cannot be read") { $0.engine.space = nil },
        Case(.memoryTooSmall, .fail, "270 MiB", info { $0.memory = .mebibytes(270) }),
        Case(.memoryShort, .warn, "Only 270 MiB") { $0.machine.availableMemory = .mebibytes(270) },
        Case(.memoryUnknown, .unknown, "does not tell", info { $0.memory = nil }),
        Case(.engineClockApart, .warn, "31.0 s from ours", named: "behind") {
            $0.engine.answeredAt = WallTime(milliseconds: Samples.answeredAt.milliseconds + 31_000)
        },
        Case(.engineClockApart, .warn, "31.0 s from ours", named: "ahead") {
            $0.engine.answeredAt = WallTime(milliseconds: Samples.answeredAt.milliseconds - 31_000)
        },
        Case(.engineClockUnknown, .unknown, "does not tell", info { $0.systemTime = nil }),
        Case(.engineWarns, .warn, "swap limit", info { $0.warnings = ["WARNING: No swap limit support"] }),
        Case(
            .engineOpenToNetwork, .fail, "0.0.0.0:2375",
            info { $0.warnings = ["WARNING: API is accessible on http://0.0.0.0:2375 without encryption."] }),
        Case(.insecureRegistry, .warn, "10.0.0.0/8", info { $0.insecureRegistries = ["10.0.0.0/8"] }),
        Case(
            .authorizationPlugin, .warn, "CVE-2026-34040; mended in 29.3.1", info { $0.authorizationPlugins = ["opa"] }),
        Case(.experimental, .warn, "experimental", info { $0.isExperimental = true }),
        Case(.shellImageMissing, .warn, "no image shell", survey { $0.images["shell"] = .missing }),
        Case(.shellImageRefused, .fail, "a volume", survey { $0.images["shell"] = .refused(reason: "a volume") }),
        Case(.pythonImageMissing, .warn, "no image python", survey { $0.images["python"] = nil }),
        Case(.pythonImageRefused, .fail, "a volume", survey { $0.images["python"] = .refused(reason: "a volume") }),
        Case(.nodeImageMissing, .warn, "no image node", survey { $0.images["node"] = .missing }),
        Case(.nodeImageRefused, .fail, "a volume", survey { $0.images["node"] = .refused(reason: "a volume") }),
        Case(.buildImageMissing, .warn, "no image build", survey { $0.images["build"] = .missing }),
        Case(.buildImageRefused, .fail, "a volume", survey { $0.images["build"] = .refused(reason: "a volume") }),
        Case(
            .leftovers, .warn, "2 containers and 0 volumes", named: "containers",
            survey { $0.traces[Samples.installation]?.containers = 2 }),
        Case(
            .leftovers, .warn, "0 containers and 1 volume ", named: "volumes",
            survey { $0.traces[Samples.installation]?.volumes.insert("caisson-0123abcd-cell-old") }),
    ]

    static let controlCases: [Case] = [
        Case(.noCgroups, .fail, "no limit would hold", info { $0.cgroupDriver = "none" }),
        Case(.cgroupsUnknown, .unknown, "does not tell", info { $0.cgroupDriver = nil }),
        Case(.memoryUnlimited, .fail, "memory", info { $0.limitsMemory = false }),
        Case(.swapUnlimited, .fail, "swap", info { $0.limitsSwap = false }),
        Case(.pidsUnlimited, .fail, "processes", info { $0.limitsPids = false }),
        Case(.cpuUnlimited, .fail, "CPU", info { $0.limitsCPU = false }),
        Case(.memoryLimitUnknown, .unknown, "does not say", info { $0.limitsMemory = nil }),
        Case(.swapLimitUnknown, .unknown, "does not say", info { $0.limitsSwap = nil }),
        Case(.pidsLimitUnknown, .unknown, "does not say", info { $0.limitsPids = nil }),
        Case(.cpuLimitUnknown, .unknown, "does not say", info { $0.limitsCPU = nil }),
        Case(.noSeccomp, .fail, "system calls", info { $0.securityOptions = ["name=apparmor"] }),
        Case(
            .noSeccomp, .fail, "system calls", named: "in another word",
            info { $0.securityOptions = ["name=noseccomp", "seccomp", "name=apparmor"] }),
        Case(
            .seccompOffByDefault, .warn, "no other container",
            info { $0.securityOptions = ["name=apparmor", "name=seccomp,profile=unconfined"] }),
        Case(
            .noSecurityModule, .warn, "neither AppArmor nor SELinux (it has user namespaces)",
            info { $0.securityOptions = ["name=seccomp,profile=builtin", "name=userns"] }),
    ]

    static let versionCases: [Case] = [
        Case(
            .engineArchive, .warn, "CVE-2026-41567, CVE-2026-41568, CVE-2026-42306 (mended in 29.5.1)",
            info { $0.version = "29.5.0" }),
        Case(
            .engineArchive, .warn, "Engine 28.5.2 has", named: "a series without the mend",
            info { $0.version = "28.5.2" }),
        Case(
            .engineGroups, .warn, "CVE-2022-36109 (mended in 20.10.18)", besides: [.engineArchive],
            info { $0.version = "20.10.17" }),
        Case(
            .engineFolders, .warn, "CVE-2021-41089 (mended in 20.10.9)", besides: [.engineArchive, .engineGroups],
            info { $0.version = "20.10.8+dfsg1" }),
        Case(.engineVersionUnknown, .unknown, "the engine is dev", info { $0.version = "dev" }),
        Case(
            .containerdFolders, .warn, "CVE-2024-25621 (mended in 1.7.29, 2.0.7, 2.1.5, 2.2.0)",
            info { $0.components["containerd"] = "v2.1.4" }),
        Case(
            .containerdUser, .warn, "CVE-2024-40635 (mended in 1.6.38, 1.7.27, 2.0.4)", besides: [.containerdFolders],
            info { $0.components["containerd"] = "1.6.37" }),
        Case(
            .containerdGroups, .warn, "CVE-2023-25173 (mended in 1.5.18, 1.6.18)",
            besides: [.containerdFolders, .containerdUser], info { $0.components["containerd"] = "1.6.17" }),
        Case(
            .containerdShim, .warn, "CVE-2020-15257 (mended in 1.3.9, 1.4.3)",
            besides: [.containerdFolders, .containerdUser, .containerdGroups],
            info { $0.components["containerd"] = "1.4.2" }),
        Case(.containerdVersionUnknown, .unknown, "not told", info { $0.components["containerd"] = nil }),
        Case(.runcMissing, .fail, "no runtime runc", info { $0.runtimes = ["crun"] }),
        Case(
            .runcMasks, .warn, "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881 (mended in 1.2.8, 1.3.3, 1.4.0)",
            info { $0.components["runc"] = "1.2.7" }),
        Case(.runcMasks, .warn, "runc 1.3.2 has", named: "another series", info { $0.components["runc"] = "1.3.2" }),
        Case(
            .runcFiles, .warn, "CVE-2024-45310 (mended in 1.1.14, 1.2.0)", besides: [.runcMasks],
            info { $0.components["runc"] = "1.1.13" }),
        Case(
            .runcDescriptors, .warn, "runc 1.1.5+ds1 may have CVE-2024-21626 (mended in 1.1.12)",
            besides: [.runcMasks, .runcFiles], info { $0.components["runc"] = "1.1.5+ds1" }),
        Case(
            .runcLinks, .warn, "CVE-2023-27561, CVE-2023-28642, CVE-2023-25809 (mended in 1.1.5)",
            besides: [.runcMasks, .runcFiles, .runcDescriptors], info { $0.components["runc"] = "1.1.4" }),
        Case(.runcVersionUnknown, .unknown, "not told", info { $0.components["runc"] = nil }),
    ]
}
