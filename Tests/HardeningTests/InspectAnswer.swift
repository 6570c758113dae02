import Hardening
import Model
import TestSupport

/// What an engine answers to an inspect of a container that was made exactly as planned.
enum InspectAnswer {
    /// Fields that the Engine 20.10 shows without having been asked for them.
    static let unaskedHost: [String: JSONValue] = [
        "Binds": .null, "ContainerIDFile": "", "PortBindings": .null, "VolumeDriver": "", "VolumesFrom": .null,
        "Dns": .null, "DnsOptions": .null, "DnsSearch": .null, "ExtraHosts": .null, "GroupAdd": .null, "Cgroup": "",
        "Links": .null, "ConsoleSize": [0, 0], "Isolation": "", "CpuShares": 0, "CgroupParent": "", "BlkioWeight": 0,
        "BlkioWeightDevice": .null, "BlkioDeviceReadBps": .null, "BlkioDeviceWriteBps": .null,
        "BlkioDeviceReadIOps": .null, "BlkioDeviceWriteIOps": .null, "CpuPeriod": 0, "CpuQuota": 0,
        "CpuRealtimePeriod": 0, "CpuRealtimeRuntime": 0, "CpusetCpus": "", "CpusetMems": "", "Devices": .null,
        "DeviceCgroupRules": .null, "DeviceRequests": .null, "KernelMemory": 0, "KernelMemoryTCP": 0,
        "MemoryReservation": 0, "MemorySwappiness": .null, "OomKillDisable": false, "CpuCount": 0, "CpuPercent": 0,
        "IOMaximumIOps": 0, "IOMaximumBandwidth": 0,
    ]
    static let unaskedConfiguration: [String: JSONValue] = ["Volumes": .null, "OnBuild": .null]

    static func faithful(to plan: ContainerPlan) -> JSONValue {
        var configuration = plan.createBody.objectValue ?? [:]
        var host = configuration.removeValue(forKey: "HostConfig")?.objectValue ?? [:]
        configuration.merge(unaskedConfiguration) { asked, _ in asked }
        host.merge(unaskedHost) { asked, _ in asked }
        // As an engine writes a created container that has never run.
        return [
            "Id": .string(String(repeating: "3", count: 64)), "Created": "2026-03-01T08:15:30.250Z",
            "Path": "/.caisson/cell", "Args": .array(plan.cellArguments.map { .string($0) }),
            "State": [
                "Status": "created", "Running": false, "Paused": false, "Restarting": false, "OOMKilled": false,
                "Dead": false, "Pid": 0, "ExitCode": 0, "Error": "", "StartedAt": "0001-01-01T00:00:00Z",
                "FinishedAt": "0001-01-01T00:00:00Z",
            ],
            "Image": .string(plan.imageID), "ResolvConfPath": "", "HostnamePath": "", "HostsPath": "", "LogPath": "",
            "Name": .string("/\(plan.name)"), "RestartCount": 0, "Driver": "overlay2", "Platform": "linux",
            "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": .null,
            "HostConfig": .object(host),
            "Mounts": [
                [
                    "Type": "volume", "Name": .string(plan.cellVolume), "Source": "/data/volumes/x/_data",
                    "Destination": "/.caisson", "Driver": "local", "Mode": "z", "RW": false, "Propagation": "",
                ]
            ],
            "Config": .object(configuration),
            "NetworkSettings": ["Networks": [:], "IPAddress": ""],
        ]
    }
}

extension JSONValue {
    /// What lies at a path of member names, joined by dots.
    func at(_ path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, name in value?[String(name)] }
    }

    /// Values that are near this one and mean something else: each leaf changed, each list longer and shorter.
    var neighbours: [JSONValue] {
        switch self {
        case .null: [true, 1, "x", ["x"], ["x": 1]]
        case .bool(let value): [.bool(!value), "x"]
        case .integer(let value): [.integer(value + 1), .integer(-1), .string("\(value)")]
        case .number(let value): [.number(value + 1)]
        case .string(let value): [.string(value + "x"), .string("x" + value), ["x"]]
        case .array(let values):
            [.array(values + ["x"])] + (values.isEmpty ? [] : [.array(values.dropLast())])
                + values.indices.flatMap { index in
                    values[index].neighbours.map { setting([String(index)], to: $0) }
                }
        case .object(let members):
            [.object(members.merging(["x-unknown": "x"]) { old, _ in old })]
                + members.flatMap { name, value in value.neighbours.map { setting([name], to: $0) } }
        }
    }

    /// Whether this says "nothing": what an engine may also leave out.
    var saysNothing: Bool {
        [JSONValue.null, false, 0, "", [], [:]].contains(self)
    }
}
