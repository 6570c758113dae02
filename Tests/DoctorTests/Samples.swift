import Doctor
import Model
import Ports

/// A machine on which all is well, for tests to spoil.
enum Samples {
    static let installation = "0123abcd"
    static let cellVolume = "caisson-0123abcd-cell-0123456789ab-xxxxxxxx"
    static let blob = "sha256:" + String(repeating: "ab", count: 32)
    static let answeredAt = WallTime(milliseconds: 1_800_000_000_000)

    static var info: EngineInfo {
        var info = EngineInfo(version: "29.7.2", api: "1.55")
        info.components = ["Engine": "29.7.2", "containerd": "v2.2.5", "runc": "1.4.3"]
        (info.storageDriver, info.backingFileSystem) = ("overlay2", "extfs")
        (info.cgroupVersion, info.cgroupDriver) = ("2", "systemd")
        info.securityOptions = ["name=apparmor", "name=seccomp,profile=builtin"]
        (info.limitsMemory, info.limitsSwap, info.limitsPids, info.limitsCPU) = (true, true, true, true)
        (info.runtimes, info.defaultRuntime) = (["io.containerd.runc.v2", "runc"], "runc")
        (info.keepsContainersAlive, info.rootFolder) = (false, "/var/lib/docker")
        (info.operatingSystem, info.systemKind) = ("Debian GNU/Linux 12 (bookworm)", "linux")
        (info.kernelVersion, info.architecture) = ("6.1.0-18-amd64", "x86_64")
        (info.hostName, info.memory) = ("box", .gibibytes(8))
        info.systemTime = answeredAt.rfc3339
        return info
    }

    static var survey: EngineSurvey {
        EngineSurvey(
            info: info,
            images: [
                "shell": .usable(id: "sha256:5"), "python": .usable(id: "sha256:9"), "node": .usable(id: "sha256:6"),
                "build": .usable(id: "sha256:7"),
            ],
            traces: [installation: InstallationTraces(containers: 0, volumes: [cellVolume])])
    }

    static var store: StoreSurvey {
        var store = StoreSurvey(age: .current, integrity: .sound)
        store.blobFiles = [blob]
        (store.installation, store.jobs, store.cellVolumes) = (installation, 7, [cellVolume])
        return store
    }

    static let room = Space(free: .gibibytes(100), freeFiles: 1_000_000)

    static var machine: MachineFacts {
        var machine = MachineFacts(
            hostName: "box", kernelRelease: "6.1.0-18-amd64", architecture: "x86_64",
            calendar: WallTime(milliseconds: 1_800_000_000_000), calendarAdvance: .milliseconds(40),
            monotonicAdvance: .milliseconds(41))
        machine.seccompActions = ["kill_process", "errno", "allow", "user_notif"]
        machine.securityModules = ["capability", "landlock", "yama", "apparmor"]
        machine.settings = [
            .ioUringDisabled: "2", .unprivilegedBPFDisabled: "2", .unprivilegedUserfaultfd: "0",
            .pointerRestriction: "1", .perfParanoia: "3", .messageRestriction: "1", .corePattern: "core",
            .ptraceScope: "1",
        ]
        (machine.availableMemory, machine.openFiles) = (.gibibytes(6), 1024)
        return machine
    }

    static var healthy: DoctorFacts {
        DoctorFacts(
            engine: EngineFacts(
                address: "unix:///var/run/docker.sock",
                socket: .present(owner: "root", group: "docker", mode: 0o660, mayUse: true, members: ["b"]),
                isEncrypted: false, survey: .success(survey), space: room, answeredAt: answeredAt),
            cell: CellFacts(
                path: "/opt/caisson-cell", program: ProgramHeader(elf()), isPresent: true, othersMayWrite: false),
            folder: FolderFacts(
                path: "/h/a/caisson", state: .present(owner: "a", isOurs: true, mode: 0o700, isWritable: true),
                misplaced: [], space: room, fileSystem: FileSystemKind(name: "ext4"), blobFiles: [blob]),
            store: .present(store, isOrphaned: true), lock: .free, machine: machine,
            largest: (profile: "python", memory: .mebibytes(256)), sqlite: "3.53.1")
    }

    /// The head of a 64-bit little-endian program with segments of these types.
    static func elf(machine: UInt8 = 62, segments: [UInt8] = [1, 2, 4]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 + 56 * segments.count)
        bytes.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        (bytes[18], bytes[32], bytes[54], bytes[56]) = (machine, 64, 56, UInt8(segments.count))
        for (index, type) in segments.enumerated() { bytes[64 + 56 * index] = type }
        return bytes
    }
}
