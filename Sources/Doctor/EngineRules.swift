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
        var findings = engine.socket.map { [socket($0)] } ?? []
        switch engine.survey {
        case .failure(let trouble):
            findings.append(
                .fail(.engineAnswer, trouble.message, trouble.remedy ?? "Look at the engine's log, then try again."))
        case .success(let survey):
            findings.append(.ok(.engineAnswer, answer(survey.info)))
            findings += [system(survey.info), storage(survey.info)]
            if let space = engine.space { findings.append(self.space(space, folder: survey.info.rootFolder)) }
            findings += EngineControlRules(info: survey.info).findings
            findings += [restart(survey.info), clock(survey.info)] + warnings(survey.info)
        }
        return findings
    }

    private func socket(_ socket: EngineFacts.Socket) -> Finding {
        let check = Check.engineSocket
        let start = "Start an engine with `Scripts/engine`, or set DOCKER_HOST to the socket of one."
        switch socket {
        case .missing: return .fail(check, "There is no socket at \(engine.address).", start)
        case .notASocket: return .fail(check, "What lies at \(engine.address) is not a socket.", start)
        case .unreadable(let reason):
            return .fail(
                check, "The socket \(engine.address) cannot be looked at: \(reason).",
                "Ask for access to the socket: whoever has it is root on the engine's machine.")
        case .present(let owner, let group, let mode, let mayUse):
            let octal = String(mode, radix: 8)
            if mode & 0o002 != 0 {
                return .fail(
                    check,
                    "Every user of this machine may use the engine, and so be root: its socket has mode \(octal).",
                    "Take it from them: chmod 660 on the socket, or SocketMode=0660 in docker.socket.")
            }
            guard mayUse else {
                return .fail(
                    check, "You may not use the engine: its socket belongs to \(owner):\(group) and has mode \(octal).",
                    "Let root add you to the group \(group) (usermod -aG \(group) NAME), which makes you root on its machine."
                )
            }
            let users = mode & 0o020 != 0 ? "User \(owner) and the members of group \(group)" : "User \(owner)"
            return .ok(check, "\(users) may use the engine (mode \(octal)), and so can be root on its machine.")
        }
    }

    private func answer(_ info: EngineInfo) -> String {
        "Engine \(info.version) answers at \(engine.address) and speaks API \(info.api)."
    }

    private func system(_ info: EngineInfo) -> Finding {
        let (kind, architecture) = (info.systemKind ?? "unknown", info.architecture ?? "unknown")
        guard kind == "linux" else {
            return .fail(
                .engineSystem, "The engine runs \(kind) containers.", "Use an engine that runs Linux containers.")
        }
        return .ok(
            .engineSystem,
            "\(info.operatingSystem ?? "linux"), kernel \(info.kernelVersion ?? "unknown"), \(architecture).")
    }

    private func storage(_ info: EngineInfo) -> Finding {
        let driver = info.storageDriver ?? "unknown"
        let text = "Storage driver \(driver)\(info.backingFileSystem.map { " on \($0)" } ?? "")"
        switch driver {
        case "overlay2", "overlayfs", "btrfs", "zfs", "fuse-overlayfs": return .ok(.engineStorage, "\(text).")
        case "vfs":
            return .warn(
                .engineStorage, "\(text): each container is a full copy of its image.",
                "Set the engine's storage driver to overlay2.")
        default:
            return .warn(
                .engineStorage, "\(text), which Caisson was never tried with.",
                "Set the engine's storage driver to overlay2.")
        }
    }

    private func space(_ space: Space, folder: String?) -> Finding {
        SpaceRule.finding(
            .engineSpace, space, of: "the engine's folder \(folder ?? "")", least: Self.least,
            remedy: "Free some space there: old images and stopped containers take most of it (docker system df).")
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
            return .warn(
                .engineClock, "The engine does not tell its time.", "Compare the clocks yourself: docker info, date.")
        }
        let difference = Duration.milliseconds(abs(time.milliseconds - engine.answeredAt.milliseconds))
        guard difference <= Self.clockTolerance else {
            return .warn(
                .engineClock, "The engine's clock is \(difference.shortText) from ours.",
                "Let both machines follow one time server (timedatectl set-ntp true).")
        }
        return .ok(.engineClock, "The engine's clock agrees with ours.")
    }

    private func warnings(_ info: EngineInfo) -> [Finding] {
        guard !info.warnings.isEmpty else { return [.ok(.engineWarnings, "The engine has no warnings of its own.")] }
        return info.warnings.map {
            .warn(.engineWarnings, "The engine says: \($0)", "See the engine's documentation for this warning.")
        }
    }
}

/// Whether there is room.
enum SpaceRule {
    /// Files that must at least be possible.
    static let leastFiles: Int64 = 100

    static func finding(
        _ check: Check, _ space: Space, of place: String, least: (fail: ByteCount, warn: ByteCount), remedy: String
    ) -> Finding {
        let free = "\(space.free.bytes >> 20) MiB are free on the disk of \(place)"
        if let files = space.freeFiles, files < leastFiles {
            return .fail(check, "Only \(files) more files can be made on the disk of \(place).", remedy)
        }
        if space.free < least.fail { return .fail(check, "Only \(free).", remedy) }
        if space.free < least.warn { return .warn(check, "Only \(free).", remedy) }
        return .ok(check, "\(free).")
    }
}
