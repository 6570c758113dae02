import Model
package import Ports

extension EngineClient {
    /// Looks at the engine: what it says of itself, which of our images it has, and what carries our labels.
    ///
    /// - Parameter images: names of ours, as in `shell`.
    package func survey(images: [String]) async throws(EngineError) -> EngineSurvey {
        let version = try await negotiate()
        var survey = EngineSurvey(info: try await info(version), images: [:], traces: [:])
        for name in images {
            let image = try await inspectImage(ImageName(ifName: name)?.localReference ?? name)
            survey.images[name] = image.map(Self.availability) ?? .missing
        }
        for container in try await listContainers(label: Labels.installation) {
            guard let installation = container.labels?[Labels.installation] else { continue }
            survey.traces[installation, default: InstallationTraces()].containers += 1
        }
        for volume in try await listVolumes(label: Labels.installation) {
            guard let name = volume["Name"]?.stringValue,
                let installation = volume["Labels"]?[Labels.installation]?.stringValue
            else { continue }
            survey.traces[installation, default: InstallationTraces()].volumes.insert(name)
        }
        return survey
    }

    private static func availability(_ image: JSONValue) -> ImageAvailability {
        if let reason = ImageCheck.refusal(image) { return .refused(reason: reason) }
        guard let id = image["Id"]?.stringValue else { return .refused(reason: "it has no id") }
        return .usable(id: id)
    }
}

extension EngineInfo {
    /// Reads the answer of `GET /info`.
    ///
    /// - Source: Engine API 1.41, `SystemInfo`.
    init(_ info: JSONValue, version: EngineVersion) {
        self.init(version: version.engine, api: version.api)
        components = Dictionary(
            (version.components ?? []).map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
        storageDriver = info["Driver"]?.stringValue
        backingFileSystem =
            (info["DriverStatus"]?.arrayValue ?? []).compactMap { row in
                row.arrayValue.flatMap { $0.first == "Backing Filesystem" ? $0.last?.stringValue : nil }
            }.first
        cgroupVersion = info["CgroupVersion"]?.stringValue
        cgroupDriver = info["CgroupDriver"]?.stringValue
        securityOptions = (info["SecurityOptions"]?.arrayValue ?? []).compactMap(\.stringValue)
        limitsMemory = info["MemoryLimit"]?.boolValue
        limitsSwap = info["SwapLimit"]?.boolValue
        limitsPids = info["PidsLimit"]?.boolValue
        let (period, quota) = (info["CpuCfsPeriod"]?.boolValue, info["CpuCfsQuota"]?.boolValue)
        limitsCPU = period == nil && quota == nil ? nil : period == true && quota == true
        runtimes = Set((info["Runtimes"]?.objectValue ?? [:]).keys)
        defaultRuntime = info["DefaultRuntime"]?.stringValue
        keepsContainersAlive = info["LiveRestoreEnabled"]?.boolValue
        rootFolder = info["DockerRootDir"]?.stringValue
        hostName = info["Name"]?.stringValue
        operatingSystem = info["OperatingSystem"]?.stringValue
        systemKind = info["OSType"]?.stringValue
        kernelVersion = info["KernelVersion"]?.stringValue
        architecture = info["Architecture"]?.stringValue
        systemTime = info["SystemTime"]?.stringValue
        memory = info["MemTotal"]?.integerValue.map { ByteCount(bytes: $0) }
        insecureRegistries = Self.insecureRegistries(info["RegistryConfig"])
        authorizationPlugins = (info["Plugins"]?["Authorization"]?.arrayValue ?? []).compactMap(\.stringValue)
        isExperimental = info["ExperimentalBuild"]?.boolValue
        warnings = (info["Warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
    private static func insecureRegistries(_ config: JSONValue?) -> [String] {
        let own: Set = ["127.0.0.0/8", "::1/128"]
        let networks = (config?["InsecureRegistryCIDRs"]?.arrayValue ?? []).compactMap(\.stringValue)
        let names = (config?["IndexConfigs"]?.objectValue ?? [:]).filter { $0.value["Secure"]?.boolValue == false }.keys
        return networks.filter { !own.contains($0) } + names.sorted()
    }
}
