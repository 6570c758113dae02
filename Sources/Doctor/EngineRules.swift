import Model
import Ports

/// Whether the engine answers, who may use it, and what it runs on.
struct EngineRules {
    let facts: DoctorFacts

    private var engine: EngineFacts { facts.engine }

    /// Room below which an engine can make no container, or soon will not.
    static let least = (fail: ByteCount.mebibytes(64), warn: ByteCount.gibibytes(1))
    /// How far the engine's clock may be from ours.
    static let clockTolerance = Duration.seconds(30)

    var findings: [Finding] {
        let socket = SocketRules(engine: engine).finding
        switch engine.survey {
        case .failure(let trouble): return [socket, silence(trouble)]
        case .success(let survey):
            let info = survey.info
            var findings = [socket, .ok(.engineAnswer, answer(info))] + VersionRules(info: info).findings
            findings += [system(info), machine(info), storage(info)]
            // What lies on another machine's disks and in its memory is for a doctor there.
            if facts.isEngineHere { findings.append(space(info)) }
            findings.append(CapacityRules(facts: facts, info: info).finding)
            findings += EngineControlRules(info: info).findings + EngineSettingsRules(info: info).findings
            return findings + [restart(info), clock(info)] + warnings(info)
        }
    }

    private func silence(_ trouble: Trouble) -> Finding {
        let problem: Problem =
            switch trouble.code {
            case .engineUnreachable: .engineUnreachable
            case .engineTooOld: .engineTooOld
            default: .engineRefuses
            }
        return .fail(
            .engineAnswer, problem, trouble.message,
            trouble.remedy ?? "Look at the engine's log (journalctl -u docker), then try again.")
    }

    private func answer(_ info: EngineInfo) -> String {
        "Engine \(info.version) answers at \(engine.address) and speaks API \(info.api)."
    }

    private func system(_ info: EngineInfo) -> Finding {
        let (kind, architecture) = (info.systemKind ?? "unknown", info.architecture ?? "unknown")
        guard kind == "linux" else {
            return .fail(
                .engineSystem, .engineNotLinux, "The engine runs \(kind) containers.",
                "Use an engine that runs Linux containers.")
        }
        return .ok(
            .engineSystem,
            "\(info.operatingSystem ?? "linux"), kernel \(info.kernelVersion ?? "unknown"), \(architecture).")
    }

    private func machine(_ info: EngineInfo) -> Finding {
        guard facts.isEngineHere else {
            return .unknown(
                .engineMachine, .engineElsewhere,
                "The engine runs on \(info.hostName ?? "another machine"), whose disks, memory and kernel cannot be looked at "
                    + "from here.",
                "Run `caisson doctor` on that machine, too.")
        }
        return .ok(.engineMachine, "The engine runs on this machine: what is said of its kernel holds for the jobs.")
    }

    private func storage(_ info: EngineInfo) -> Finding {
        let set = "Set \"storage-driver\": \"overlay2\" in /etc/docker/daemon.json, then load the images anew."
        guard let driver = info.storageDriver else {
            return .unknown(
                .engineStorage, .storageUnknown, "The engine does not tell its storage driver.",
                "Look for it: docker info --format '{{.Driver}}'")
        }
        let text = "Storage driver \(driver)\(info.backingFileSystem.map { " on \($0)" } ?? "")"
        switch driver {
        case "overlay2", "overlayfs", "btrfs", "zfs", "fuse-overlayfs": return .ok(.engineStorage, "\(text).")
        case "vfs":
            return .warn(
                .engineStorage, .storageCopies, "\(text): each container is a full copy of its image.", set)
        default:
            return .warn(.engineStorage, .storageUntried, "\(text), which Caisson was never tried with.", set)
        }
    }

    private func space(_ info: EngineInfo) -> Finding {
        SpaceRule(
            check: .engineSpace, place: "the engine's folder \(info.rootFolder ?? "")", least: Self.least,
            problems: .init(
                full: .engineSpaceGone, low: .engineSpaceLow, noFiles: .engineFilesGone, fewFiles: .engineFilesLow,
                unknown: .engineSpaceUnknown),
            remedy: "Free some space there: `docker system df` shows what takes it, `docker image rm` gives it back."
        ).finding(engine.space)
    }

    private func restart(_ info: EngineInfo) -> Finding {
        .ok(
            .engineRestart,
            info.keepsContainersAlive == true
                ? "Containers outlive a restart of the engine (live-restore)."
                : "A restart of the engine ends the jobs that run (no live-restore).")
    }

    private func clock(_ info: EngineInfo) -> Finding {
        guard let text = info.systemTime, let time = WallTime(rfc3339: text) else {
            return .unknown(
                .engineClock, .engineClockUnknown, "The engine does not tell its time.",
                "Compare the clocks yourself: docker info --format '{{.SystemTime}}'; date -u")
        }
        let difference = Duration.milliseconds(abs(time.milliseconds - engine.answeredAt.milliseconds))
        guard difference <= Self.clockTolerance else {
            return .warn(
                .engineClock, .engineClockApart, "The engine's clock is \(difference.shortText) from ours.",
                "Let both machines follow one time server: timedatectl set-ntp true")
        }
        return .ok(.engineClock, "The engine's clock agrees with ours.")
    }

    private func warnings(_ info: EngineInfo) -> [Finding] {
        guard !info.warnings.isEmpty else { return [.ok(.engineWarnings, "The engine has no warnings of its own.")] }
        return info.warnings.map { text in
            let words = text.hasSuffix(".") ? text : "\(text)."
            // The engine has no other way to say where it listens. Source: moby, daemon/info.go (`fillAPIInfo`).
            guard text.contains("API is accessible on") else {
                return .warn(
                    .engineWarnings, .engineWarns, "The engine says: \(words)",
                    "See the engine's documentation for this warning.")
            }
            return .fail(
                .engineWarnings, .engineOpenToNetwork,
                "The engine listens to the network without proof of who asks, and each who asks can be root: \(words)",
                "Remove -H tcp:// from its command line (systemctl edit docker) and \"hosts\" from /etc/docker/daemon.json, "
                    + "or ask for certificates with --tlsverify.")
        }
    }
}
