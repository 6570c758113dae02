package import Model

/// What an engine says of itself, of our images, and of what carries our labels: looked at only, nothing is changed.
package struct EngineSurvey: Sendable, Hashable {
    package var info: EngineInfo
    /// Our images by name, as in `shell`.
    package var images: [String: ImageAvailability]
    /// What carries our labels, by the installation that the label names.
    package var traces: [String: InstallationTraces]

    package init(info: EngineInfo, images: [String: ImageAvailability], traces: [String: InstallationTraces]) {
        (self.info, self.images, self.traces) = (info, images, traces)
    }
}

/// Whether an image of ours is there and could be used.
package enum ImageAvailability: Sendable, Hashable {
    case missing
    /// It is pinned to this id, `sha256:` and 64 hex digits.
    case usable(id: String)
    case refused(reason: String)
}

/// What one installation has in an engine.
package struct InstallationTraces: Sendable, Hashable {
    package var containers: Int
    /// Names of volumes.
    package var volumes: Set<String>

    package init(containers: Int = 0, volumes: Set<String> = []) {
        (self.containers, self.volumes) = (containers, volumes)
    }
}

/// What an engine says of its own version, controls and surroundings; `nil` is what it does not say.
package struct EngineInfo: Sendable, Hashable {
    package var version: String
    package var api: String
    /// Versions of its parts by name, as in `runc`.
    package var components: [String: String]
    package var storageDriver: String?
    /// The file system beneath the storage driver.
    package var backingFileSystem: String?
    package var cgroupVersion: String?
    package var cgroupDriver: String?
    /// As the engine lists them, as in `name=seccomp,profile=default`.
    package var securityOptions: [String]
    package var limitsMemory: Bool?
    package var limitsSwap: Bool?
    package var limitsPids: Bool?
    package var limitsCPU: Bool?
    /// Names, as in `runc`.
    package var runtimes: Set<String>
    package var defaultRuntime: String?
    package var keepsContainersAlive: Bool?
    /// Where it keeps its data, on its own machine.
    package var rootFolder: String?
    /// The name of its machine.
    package var hostName: String?
    package var operatingSystem: String?
    /// `linux`, or something else.
    package var systemKind: String?
    package var kernelVersion: String?
    /// As uname(2) names it, as in `x86_64`.
    package var architecture: String?
    /// Its clock, in RFC 3339.
    package var systemTime: String?
    /// All memory of its machine.
    package var memory: ByteCount?
    /// Registries that it takes images from without a proof of who sends them, those of its own machine aside.
    package var insecureRegistries: [String]
    /// Names of plug-ins that are asked whether a call is allowed.
    package var authorizationPlugins: [String]
    package var isExperimental: Bool?
    /// Sentences of its own.
    package var warnings: [String]

    package init(version: String, api: String) {
        (self.version, self.api) = (version, api)
        (components, securityOptions, runtimes, warnings) = ([:], [], [], [])
        (insecureRegistries, authorizationPlugins) = ([], [])
    }
}
