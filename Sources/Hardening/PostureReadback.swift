package import Model

/// Compares a created container with its plan: in `Config` and `HostConfig` every field that was asked for must be as asked,
/// and every field that was not must be empty; beside them identity, state, mounts and networks are compared.
///
/// A field that this release has never heard of is therefore a difference, too, unless it is empty: an engine cannot weaken a
/// sandbox by a default that came with an update.
package enum PostureReadback {
    /// What `GET /containers/{id}/json` shows differently from `plan`; empty when all is as planned.
    package static func differences(plan: ContainerPlan, inspected: JSONValue) -> [PostureDifference] {
        var found = Comparison()
        found.compare("Config", wanted: plan.configuration, got: inspected["Config"] ?? .null)
        found.compare("HostConfig", wanted: plan.hostConfiguration, got: inspected["HostConfig"] ?? .null)
        found.compareTop(plan: plan, inspected: inspected)
        return found.differences
    }
}

/// The differences found so far, and how fields are compared.
private struct Comparison {
    var differences: [PostureDifference] = []

    /// Fields that an engine sets without being asked, with the values that weaken nothing.
    private static let harmless: [String: @Sendable (JSONValue) -> Bool] = [
        // Written by the client library into every answer; a terminal there is none.
        "HostConfig.ConsoleSize": { $0 == [0, 0] },
        "HostConfig.Isolation": { $0 == "" || $0 == "default" },
        // Ports that an image names; nothing listens on a container without a network.
        "Config.ExposedPorts": { _ in true },
        // Words of the image about how it was built.
        "Config.Shell": { _ in true },
        "HostConfig.MemorySwappiness": { $0 == -1 },
    ]

    mutating func compare(_ path: String, wanted: JSONValue, got: JSONValue) {
        guard let wanted = wanted.objectValue, let got = got.objectValue else {
            return differ(path, wanted, got)
        }
        for (key, value) in wanted {
            let field = "\(path).\(key)"
            if field == "Config.Labels" {
                compareLabels(wanted: value, got: got[key] ?? .null)
            } else if field == "HostConfig.Tmpfs", Self.names(value) != Self.names(got[key]) {
                // One more that says nothing of itself is a file system without a limit.
                differ(field, value, got[key])
            } else if !Self.equal(value, got[key] ?? .null) {
                differ(field, value, got[key])
            }
        }
        for (key, value) in got where wanted[key] == nil && !Self.isEmpty(value) {
            let field = "\(path).\(key)"
            if let harmless = Self.harmless[field], harmless(value) { continue }
            differ(field, nil, value)
        }
    }

    /// What stands beside `Config` and `HostConfig`.
    mutating func compareTop(plan: ContainerPlan, inspected: JSONValue) {
        let wanted: [(String, JSONValue)] = [
            ("Image", .string(plan.imageID)), ("Name", .string("/\(plan.name)")), ("RestartCount", 0),
            ("Path", .string(ContainerPlan.cellPath)), ("Args", .array(plan.cellArguments.map { .string($0) })),
        ]
        for (field, value) in wanted where inspected[field] != value { differ(field, value, inspected[field]) }
        compareState(inspected["State"])
        if let sessions = inspected["ExecIDs"], !Self.isEmpty(sessions) { differ("ExecIDs", .null, sessions) }
        // What else it may be is the machine's affair; nobody asked for none.
        if inspected["AppArmorProfile"] == "unconfined" { differ("AppArmorProfile", nil, "unconfined") }
        compareMounts(plan: plan, mounts: inspected["Mounts"])
        compareNetworks(inspected["NetworkSettings"])
    }

    /// Made, and never run.
    private mutating func compareState(_ state: JSONValue?) {
        if state?["Status"] != "created" { differ("State.Status", "created", state?["Status"]) }
        for field in ["Running", "Paused", "Restarting", "Dead", "Pid"] {
            if let value = state?[field], !Self.isEmpty(value) { differ("State.\(field)", nil, value) }
        }
    }

    /// No network but the one called "none", and no address anywhere: `HostConfig` says what was asked for, this what there is.
    private mutating func compareNetworks(_ settings: JSONValue?) {
        guard let settings = settings?.objectValue else { return differ("NetworkSettings", "no network", settings) }
        for (key, value) in settings {
            let field = "NetworkSettings.\(key)"
            guard key == "Networks", let networks = value.objectValue else {
                if !Self.isBare(value) { differ(field, nil, value) }
                continue
            }
            for (name, network) in networks {
                var rest = network.objectValue
                rest?["NetworkID"] = nil
                let saysNothing = rest.map { Self.isBare(.object($0)) } ?? (network == .null)
                if name != "none" || !saysNothing { differ("\(field).\(name)", nil, network) }
            }
        }
    }

    /// Exactly one mount: the cell's volume, of the local driver, read-only.
    private mutating func compareMounts(plan: ContainerPlan, mounts: JSONValue?) {
        guard let mounts = mounts?.arrayValue, mounts.count == 1 else {
            return differ("Mounts", "one volume", mounts)
        }
        let wanted: [(String, JSONValue)] = [
            ("Type", "volume"), ("Name", .string(plan.cellVolume)), ("Destination", .string(ContainerPlan.cellFolder)),
            ("Driver", "local"), ("RW", false),
        ]
        for (field, value) in wanted where mounts[0][field] != value {
            differ("Mounts[0].\(field)", value, mounts[0][field])
        }
    }

    /// An image's labels are added to ours; none of them may pass for one of ours.
    private mutating func compareLabels(wanted: JSONValue, got: JSONValue) {
        let ours = (got.objectValue ?? [:]).filter { $0.key.hasPrefix(ContainerPlan.labelPrefix) }
        if .object(ours) != wanted { differ("Config.Labels", wanted, .object(ours)) }
    }

    private mutating func differ(_ field: String, _ wanted: JSONValue?, _ got: JSONValue?) {
        differences.append(PostureDifference(field: field, wanted: wanted, got: got))
    }

    private mutating func differ(_ field: String, _ wanted: [String: JSONValue]?, _ got: [String: JSONValue]?) {
        differ(field, wanted.map { .object($0) }, got.map { .object($0) })
    }

    private static func names(_ value: JSONValue?) -> Set<String> { Set((value?.objectValue ?? [:]).keys) }

    /// Equal, where an engine may write "nothing" in more than one way.
    private static func equal(_ wanted: JSONValue, _ got: JSONValue) -> Bool {
        // A switch that was asked to be off must be off: nothing at all may mean the daemon's own default.
        if case .bool = wanted { return wanted == got }
        if isEmpty(wanted), isEmpty(got) { return true }
        switch (wanted, got) {
        case (.object(let wanted), .object(let got)):
            return Set(wanted.keys).union(got.keys).allSatisfy { equal(wanted[$0] ?? .null, got[$0] ?? .null) }
        case (.array(let wanted), .array(let got)):
            return wanted.count == got.count && zip(wanted, got).allSatisfy { equal($0, $1) }
        default:
            return wanted == got
        }
    }

    /// Empty, or an object of nothing but such.
    private static func isBare(_ value: JSONValue) -> Bool {
        value.objectValue?.values.allSatisfy { isBare($0) } ?? isEmpty(value)
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool(false), .integer(0), .string(""): true
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .number, .string: false
        }
    }
}
