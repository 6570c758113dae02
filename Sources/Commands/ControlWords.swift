import Model

/// The fields of a create body in words, one line each.
enum ControlWords {
    struct Control: Equatable {
        let words: String
        /// As in `HostConfig.PidsLimit`.
        let field: String
        let value: String
    }

    /// In the order in which they are told; a test holds them against every field of the body.
    static let words: [(field: String, words: String)] = [
        ("NetworkDisabled", "no network"),
        ("HostConfig.NetworkMode", "no interface but loopback"),
        ("HostConfig.PublishAllPorts", "ports to the outside"),
        ("User", "user and group of every process"),
        ("HostConfig.Privileged", "privileged"),
        ("HostConfig.CapDrop", "capabilities taken away"),
        ("HostConfig.CapAdd", "capabilities given"),
        ("HostConfig.SecurityOpt", "no new privileges, system calls"),
        ("HostConfig.ReadonlyRootfs", "read-only root"),
        ("HostConfig.Mounts", "mounts"),
        ("HostConfig.Tmpfs", "folders that can be written"),
        ("HostConfig.MaskedPaths", "hidden paths"),
        ("HostConfig.ReadonlyPaths", "read-only paths"),
        ("HostConfig.IpcMode", "shared memory with others"),
        ("HostConfig.PidMode", "processes of others (empty: its own)"),
        ("HostConfig.UTSMode", "host name of others (empty: its own)"),
        ("HostConfig.UsernsMode", "user ids (empty: the engine's)"),
        ("HostConfig.CgroupnsMode", "control groups in sight"),
        ("HostConfig.Memory", "memory, in bytes"),
        ("HostConfig.MemorySwap", "memory and swap, in bytes"),
        ("HostConfig.NanoCpus", "CPU, in billionths of a core"),
        ("HostConfig.PidsLimit", "processes and threads"),
        ("HostConfig.Ulimits", "limits of each process"),
        ("HostConfig.ShmSize", "/dev/shm, in bytes, if there were one"),
        ("HostConfig.OomScoreAdj", "first to go when the host lacks memory"),
        ("Image", "image"),
        ("Entrypoint", "process 1"),
        ("Cmd", "arguments of the image's own"),
        ("Env", "variables (a bare name takes one out)"),
        ("WorkingDir", "folder of process 1"),
        ("Hostname", "host name"),
        ("Domainname", "domain"),
        ("Labels", "labels"),
        ("Healthcheck", "commands that the engine runs inside"),
        ("StopSignal", "signal of a stop from outside"),
        ("Tty", "terminal"),
        ("OpenStdin", "standard input is the cell's stream"),
        ("StdinOnce", "standard input ends with the first client"),
        ("AttachStdin", "standard input attached at create"),
        ("AttachStdout", "standard output attached at create"),
        ("AttachStderr", "standard error attached at create"),
        ("HostConfig.LogConfig", "log of the engine's own"),
        ("HostConfig.Runtime", "runtime"),
        ("HostConfig.Init", "process 1 of the engine's own"),
        ("HostConfig.RestartPolicy", "restarts"),
        ("HostConfig.AutoRemove", "removed by the engine itself"),
    ]

    /// Every field of `body`, and those without words under their own names at the end.
    static func controls(of body: JSONValue) -> [Control] {
        var fields = body.objectValue ?? [:]
        for (name, value) in fields.removeValue(forKey: "HostConfig")?.objectValue ?? [:] {
            fields["HostConfig.\(name)"] = value
        }
        let told = words.compactMap { entry in
            fields.removeValue(forKey: entry.field).map { (entry.words, entry.field, $0) }
        }
        let rest = fields.sorted { $0.key < $1.key }.map { ("(no words)", $0.key, $0.value) }
        return (told + rest).map { words, field, value in
            Control(words: words, field: field, value: text(value))
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "none"
        case .bool(let value): value ? "yes" : "no"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value):
            // The list is too long for a line.
            if value.hasPrefix("seccomp={") { "seccomp=(the outer list)" } else { value.isEmpty ? "(empty)" : value }
        case .array(let values):
            values.isEmpty ? "none" : values.map { text($0) }.joined(separator: ", ")
        case .object(let members):
            if let name = members["Name"]?.stringValue, let hard = members["Hard"]?.integerValue {
                "\(name) \(hard)"
            } else {
                members.isEmpty
                    ? "none"
                    : members.sorted { $0.key < $1.key }
                        .map { "\($0.key) \(text($0.value))" }.joined(separator: "; ")
            }
        }
    }
}
