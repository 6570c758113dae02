import Model
import TestSupport

/// One change of what an engine says of a container that it made.
struct EngineLie: Sendable {
    let name: String
    /// What the refusal names.
    let field: String
    let change: @Sendable (JSONValue) -> JSONValue

    init(_ name: String, field: String, _ change: @escaping @Sendable (JSONValue) -> JSONValue) {
        (self.name, self.field, self.change) = (name, field, change)
    }

    /// A member, by the names on the way to it, is something else, or missing; `field` is its section and its name.
    init(_ path: String, _ value: JSONValue?, field: String? = nil) {
        let names = path.split(separator: ".").map { String($0) }
        self.init(
            "\(path) = \(value.map { "\($0)" } ?? "missing")", field: field ?? names.prefix(2).joined(separator: ".")
        ) { $0.setting(names, to: value) }
    }

    /// An option of the kernel's confinement is something else, or missing.
    private static func option(_ prefix: String, _ value: String?) -> EngineLie {
        EngineLie("SecurityOpt \(prefix) = \(value ?? "missing")", field: "HostConfig.SecurityOpt") { answer in
            let options = answer["HostConfig"]?["SecurityOpt"]?.arrayValue ?? []
            let changed = options.compactMap { option -> JSONValue? in
                guard option.stringValue?.hasPrefix(prefix) == true else { return option }
                return value.map { .string($0) }
            }
            return answer.setting(["HostConfig", "SecurityOpt"], to: .array(changed))
        }
    }

    /// One more element in a list.
    private static func more(_ path: String, _ value: JSONValue) -> EngineLie {
        changing(path, "with \(value)") { .array(($0.arrayValue ?? []) + [value]) }
    }

    /// One more member in an object.
    private static func more(_ path: String, named name: String, _ value: JSONValue) -> EngineLie {
        changing(path, "with \(name)") { .object(($0.objectValue ?? [:]).merging([name: value]) { $1 }) }
    }

    private static func changing(
        _ path: String, _ words: String, _ change: @escaping @Sendable (JSONValue) -> JSONValue
    ) -> EngineLie {
        let names = path.split(separator: ".").map { String($0) }
        return EngineLie("\(path) \(words)", field: path) { answer in
            let found = names.reduce(Optional(answer)) { $0?[$1] }
            return answer.setting(names, to: change(found ?? .null))
        }
    }

    // MARK: The tables

    /// What a lie is about.
    enum Kind: CaseIterable {
        case limits, confinement, access, configuration, identity

        var lies: [EngineLie] {
            switch self {
            case .limits: EngineLie.limits
            case .confinement: EngineLie.confinement
            case .access: EngineLie.access
            case .configuration: EngineLie.configuration
            case .identity: EngineLie.identity
            }
        }
    }

    private static let limits: [EngineLie] = [
        EngineLie("HostConfig.Memory", 0), EngineLie("HostConfig.Memory", nil),
        EngineLie("HostConfig.MemorySwap", -1), EngineLie("HostConfig.MemorySwap", 0),
        EngineLie("HostConfig.MemoryReservation", 1_048_576), EngineLie("HostConfig.MemorySwappiness", 60),
        EngineLie("HostConfig.KernelMemory", 1_048_576), EngineLie("HostConfig.NanoCpus", 0),
        EngineLie("HostConfig.NanoCpus", nil), EngineLie("HostConfig.CpuQuota", 100_000),
        EngineLie("HostConfig.CpuPeriod", 50_000), EngineLie("HostConfig.CpuShares", 1024),
        EngineLie("HostConfig.CpuRealtimeRuntime", 950_000), EngineLie("HostConfig.CpusetCpus", "0"),
        EngineLie("HostConfig.CpusetMems", "0"), EngineLie("HostConfig.BlkioWeight", 500),
        EngineLie("HostConfig.PidsLimit", 0), EngineLie("HostConfig.PidsLimit", -1),
        EngineLie("HostConfig.PidsLimit", .null), EngineLie("HostConfig.PidsLimit", nil),
        EngineLie("HostConfig.Ulimits", nil), EngineLie("HostConfig.Ulimits", []),
        EngineLie("HostConfig.Ulimits.0.Hard", -1), EngineLie("HostConfig.Ulimits.4.Soft", 1_048_576),
        EngineLie("HostConfig.Ulimits.1.Name", "stack"), EngineLie("HostConfig.OomKillDisable", true),
        EngineLie("HostConfig.OomScoreAdj", 0), EngineLie("HostConfig.OomScoreAdj", -1000),
        EngineLie("HostConfig.ShmSize", 67_108_864), EngineLie("HostConfig.StorageOpt", ["size": "1T"]),
    ]

    private static let confinement: [EngineLie] = [
        EngineLie("HostConfig.CapAdd", ["SYS_ADMIN"]), EngineLie("HostConfig.CapDrop", nil),
        EngineLie("HostConfig.CapDrop", []), EngineLie("HostConfig.CapDrop", ["NET_RAW"]),
        option("no-new-privileges", nil), option("no-new-privileges", "no-new-privileges:false"),
        option("seccomp=", nil), option("seccomp=", "seccomp=unconfined"),
        option("seccomp=", #"seccomp={"defaultAction":"SCMP_ACT_ALLOW"}"#), EngineLie("HostConfig.SecurityOpt", nil),
        more("HostConfig.SecurityOpt", "apparmor=unconfined"), more("HostConfig.SecurityOpt", "label=disable"),
        EngineLie("HostConfig.Privileged", true), EngineLie("HostConfig.Privileged", .null),
        EngineLie("HostConfig.ReadonlyRootfs", false), EngineLie("HostConfig.ReadonlyRootfs", nil),
        EngineLie("HostConfig.NetworkMode", "default"), EngineLie("HostConfig.NetworkMode", "host"),
        EngineLie("HostConfig.NetworkMode", nil), EngineLie("HostConfig.IpcMode", "private"),
        EngineLie("HostConfig.IpcMode", "host"), EngineLie("HostConfig.PidMode", "host"),
        EngineLie("HostConfig.UTSMode", "host"), EngineLie("HostConfig.UsernsMode", "host"),
        EngineLie("HostConfig.CgroupnsMode", "host"), EngineLie("HostConfig.CgroupnsMode", ""),
        EngineLie("HostConfig.Cgroup", "container:other"), EngineLie("HostConfig.CgroupParent", "/other"),
        EngineLie("HostConfig.MaskedPaths", []), EngineLie("HostConfig.MaskedPaths", .null),
        EngineLie("HostConfig.MaskedPaths.0", "/nowhere"), EngineLie("HostConfig.ReadonlyPaths", []),
        EngineLie("HostConfig.ReadonlyPaths.0", "/nowhere"), EngineLie("HostConfig.Runtime", "other"),
        EngineLie("HostConfig.Sysctls", ["kernel.shm_rmid_forced": "0"]), EngineLie("HostConfig.GroupAdd", ["0"]),
        EngineLie("AppArmorProfile", "unconfined"),
    ]

    private static let access: [EngineLie] = [
        EngineLie("HostConfig.Binds", ["/:/host"]), EngineLie("HostConfig.Mounts", nil),
        more("HostConfig.Mounts", ["Type": "bind", "Source": "/", "Target": "/host"]),
        EngineLie("HostConfig.Mounts.0.ReadOnly", false), EngineLie("HostConfig.Mounts.0.Source", "other"),
        EngineLie("HostConfig.Mounts.0.VolumeOptions", nil), EngineLie("HostConfig.VolumeDriver", "nfs"),
        EngineLie("HostConfig.VolumesFrom", ["other"]), EngineLie("HostConfig.Tmpfs", nil),
        EngineLie("HostConfig.Tmpfs./tmp", nil), EngineLie("HostConfig.Tmpfs./tmp", "rw,nosuid,nodev,noexec"),
        EngineLie("HostConfig.Tmpfs./work", "rw,exec"), EngineLie("HostConfig.Tmpfs./other", ""),
        EngineLie("HostConfig.Devices", [["PathOnHost": "/dev/kvm", "PathInContainer": "/dev/kvm"]]),
        EngineLie("HostConfig.DeviceRequests", [["Driver": "nvidia", "Count": -1]]),
        EngineLie("HostConfig.DeviceCgroupRules", ["a *:* rwm"]), EngineLie("HostConfig.ExtraHosts", ["a:10.0.0.1"]),
        EngineLie("HostConfig.Dns", ["10.0.0.1"]), EngineLie("HostConfig.PublishAllPorts", true),
        EngineLie("HostConfig.PortBindings", ["80/tcp": [["HostPort": "80"]]]), EngineLie("HostConfig.Links", ["a:b"]),
        EngineLie("HostConfig.RestartPolicy.Name", "always"), EngineLie("HostConfig.AutoRemove", true),
        EngineLie("HostConfig.LogConfig.Type", "json-file"), EngineLie("HostConfig.LogConfig.Config", ["a": "b"]),
        EngineLie("HostConfig.Init", true), EngineLie("HostConfig.Init", .null),
        EngineLie("HostConfig.ContainerIDFile", "/tmp/id"), EngineLie("HostConfig.Isolation", "process"),
        EngineLie("HostConfig.ConsoleSize", [24, 80]), EngineLie("HostConfig.Annotations", ["a": "b"]),
        EngineLie("HostConfig.NeverHeardOf", true), EngineLie("HostConfig.NeverHeardOf", ["a": 1]),
        EngineLie("HostConfig", nil), EngineLie("HostConfig", .null),
    ]

    private static let configuration: [EngineLie] = [
        EngineLie("Config.User", ""), EngineLie("Config.User", "0:0"), EngineLie("Config.Image", "other"),
        EngineLie("Config.Cmd", ["sh"]), EngineLie("Config.Entrypoint", nil), EngineLie("Config.Entrypoint", ["sh"]),
        EngineLie("Config.Env", nil), more("Config.Env", "LD_PRELOAD=/work/x.so"), EngineLie("Config.Tty", true),
        EngineLie("Config.OpenStdin", false), EngineLie("Config.StdinOnce", true),
        EngineLie("Config.AttachStdin", true), EngineLie("Config.WorkingDir", "/work"),
        EngineLie("Config.Hostname", "host"), EngineLie("Config.Domainname", "example.org"),
        EngineLie("Config.Volumes", ["/data": [:]]), EngineLie("Config.Labels", nil),
        more("Config.Labels", named: "org.caisson.other", "x"), EngineLie("Config.NetworkDisabled", false),
        EngineLie("Config.NetworkDisabled", nil), EngineLie("Config.Healthcheck", nil),
        EngineLie("Config.Healthcheck.Test", ["CMD", "sh"]), EngineLie("Config.StopSignal", "SIGTERM"),
        EngineLie("Config.OnBuild", ["RUN x"]), EngineLie("Config.MacAddress", "02:42:ac:11:00:02"),
        EngineLie("Config.NeverHeardOf", "x"), EngineLie("Config", nil),
    ]

    private static let identity: [EngineLie] = [
        EngineLie("Id", .string(String(repeating: "0", count: 64))), EngineLie("Id", nil), EngineLie("Name", "/other"),
        EngineLie("Image", .string("sha256:" + String(repeating: "0", count: 64))), EngineLie("Path", "/bin/sh"),
        EngineLie("Args", ["serve", "x"]), EngineLie("RestartCount", 1), EngineLie("ExecIDs", ["0123"]),
        EngineLie("State.Status", "running"), EngineLie("State.Status", "exited"), EngineLie("State.Running", true),
        EngineLie("State.Pid", 4711), EngineLie("State", nil, field: "State.Status"), EngineLie("Mounts", []),
        more("Mounts", ["Type": "bind", "Source": "/", "Destination": "/host", "RW": true]),
        EngineLie("Mounts.0.RW", true, field: "Mounts[0].RW"),
        EngineLie("Mounts.0.Type", "bind", field: "Mounts[0].Type"),
        EngineLie("Mounts.0.Name", "other", field: "Mounts[0].Name"),
        EngineLie("Mounts.0.Destination", "/work", field: "Mounts[0].Destination"),
        EngineLie("NetworkSettings", nil), EngineLie("NetworkSettings.IPAddress", "172.17.0.2"),
        EngineLie("NetworkSettings.Ports", ["80/tcp": [["HostPort": "80"]]]),
        EngineLie("NetworkSettings.Networks.bridge", ["NetworkID": "0123"], field: "NetworkSettings.Networks.bridge"),
        EngineLie("NetworkSettings.Networks.none", ["IPAddress": "172.17.0.2"], field: "NetworkSettings.Networks.none"),
        EngineLie("an empty object", field: "HostConfig") { _ in [:] },
        EngineLie("no object", field: "HostConfig") { _ in [] },
    ]

    /// Changes that weaken nothing, with why each may pass.
    static let harmless: [(lie: EngineLie, reason: String)] = [
        (EngineLie("Config.ExposedPorts", ["80/tcp": [:]]), "words of the image; without a network nothing is exposed"),
        (EngineLie("Config.Shell", ["/bin/sh", "-c"]), "words of the image about how it was built"),
        (
            more("Config.Labels", named: "maintainer", "somebody"),
            "an image's labels, none of which passes for one of ours"
        ),
        (EngineLie("HostConfig.ConsoleSize", [0, 0]), "no terminal has no size"),
        (EngineLie("HostConfig.Isolation", "default"), "a choice on Windows alone"),
        (EngineLie("HostConfig.MemorySwappiness", -1), "says that it is not set"),
        (EngineLie("HostConfig.CapAdd", .null), "nothing, written in another way"),
        (EngineLie("HostConfig.NeverHeardOf", false), "a switch that is off"),
        (EngineLie("NetworkSettings.Networks", [:]), "less than the network that leads nowhere"),
        (EngineLie("Driver", "other"), "how the engine stores images is the machine's affair"),
        (EngineLie("AppArmorProfile", "docker-default"), "confinement that a machine adds"),
        (
            EngineLie("Mounts.0.Source", "/elsewhere"),
            "the place depends on the engine; name and driver say which it is"
        ),
        (EngineLie("NeverHeardOf", "x"), "beside the sections that a create body can reach"),
    ]
}
