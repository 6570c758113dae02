/// Who may use the engine: whoever may is root on its machine.
struct SocketRules {
    let engine: EngineFacts

    /// From so many users on, besides root and ourselves, it is worth a look who they are.
    static let manyUsers = 4

    var finding: Finding {
        guard let socket = engine.socket else { return address }
        let start = "Start an engine with `Scripts/engine`, or set DOCKER_HOST to the socket of one."
        switch socket {
        case .missing: return .fail(.engineSocket, .socketMissing, "There is no socket at \(engine.address).", start)
        case .notASocket:
            return .fail(.engineSocket, .socketIsNone, "What lies at \(engine.address) is not a socket.", start)
        case .unreadable(let reason):
            return .fail(
                .engineSocket, .socketHidden, "The socket \(engine.address) cannot be looked at: \(reason).",
                "Ask for access to the socket: whoever has it is root on the engine's machine.")
        case .present(let owner, let group, let mode, let mayUse, let members):
            return present(owner: owner, group: group, mode: mode, mayUse: mayUse, members: members)
        }
    }

    private func present(owner: String, group: String, mode: UInt32, mayUse: Bool, members: [String]?) -> Finding {
        let octal = String(mode, radix: 8)
        let path = engine.address.hasPrefix("unix://") ? String(engine.address.dropFirst(7)) : engine.address
        if mode & 0o002 != 0 {
            return .fail(
                .engineSocket, .socketForAll,
                "Every user of this machine may use the engine, and so be root: its socket has mode \(octal).",
                "Take it from them: chmod 660 \(path), and SocketMode=0660 in docker.socket.")
        }
        guard mayUse else {
            return .fail(
                .engineSocket, .socketForOthers,
                "You may not use the engine: its socket belongs to \(owner):\(group) and has mode \(octal).",
                "Let root add you to the group \(group) (usermod -aG \(group) NAME), which makes you root on its machine."
            )
        }
        guard mode & 0o020 != 0 else {
            return .ok(
                .engineSocket, "User \(owner) may use the engine (mode \(octal)), and so can be root on its machine.")
        }
        guard let members else {
            return .unknown(
                .engineSocket, .socketMembersUnknown,
                "The members of group \(group) may use the engine and so be root, but who they are cannot be read.",
                "Look for them: getent group \(group)")
        }
        guard members.count < Self.manyUsers else {
            return .warn(
                .engineSocket, .socketForMany,
                "\(members.count) users may use the engine by their group \(group), and so be root on its machine: "
                    + "\(members.joined(separator: ", ")).",
                "Take it from those who need it not: gpasswd -d NAME \(group)")
        }
        return .ok(
            .engineSocket,
            "User \(owner) and the members of group \(group) may use the engine (mode \(octal)), and so can be root on its machine."
        )
    }

    /// Of an engine that is not reached by a socket.
    private var address: Finding {
        guard engine.isEncrypted else {
            return .fail(
                .engineSocket, .plainTCP,
                "The engine is asked at \(engine.address) without TLS: every user of this machine can do the same, and so be root on "
                    + "the engine's.",
                "Let it listen on its socket alone (remove -H tcp:// and \"hosts\"), and unset DOCKER_HOST; or use TLS: "
                    + "DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=FOLDER")
        }
        return .ok(.engineSocket, "The engine is reached at \(engine.address), by TLS with certificates on both sides.")
    }
}
