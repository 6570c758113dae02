import Ports

/// Settings of the engine that weaken it for everybody who uses it.
struct EngineSettingsRules {
    let info: EngineInfo

    var findings: [Finding] {
        let found = [registries, plugins, experimental].compactMap(\.self)
        return found.isEmpty
            ? [.ok(.engineSettings, "None of the engine's settings that we can see weakens it.")] : found
    }

    private var registries: Finding? {
        guard !info.insecureRegistries.isEmpty else { return nil }
        return .warn(
            .engineSettings, .insecureRegistry,
            "The engine takes images from where nobody proves who sends them: "
                + "\(info.insecureRegistries.joined(separator: ", ")).",
            "Remove \"insecure-registries\" from /etc/docker/daemon.json and give the registry a certificate.")
    }

    /// CVE-2024-41110 and CVE-2026-34040 went round them; the later is mended in 29.3.1, which has both mends.
    private var plugins: Finding? {
        guard !info.authorizationPlugins.isEmpty else { return nil }
        return .warn(
            .engineSettings, .authorizationPlugin,
            "Whether a call is allowed is asked of \(info.authorizationPlugins.joined(separator: ", ")), which was gone round "
                + "twice (CVE-2024-41110, CVE-2026-34040; mended in 29.3.1) and may change what we ask for.",
            "Count whoever reaches the socket as root all the same, and update the engine to 29.3.1 or newer.")
    }

    private var experimental: Finding? {
        guard info.isExperimental == true else { return nil }
        return .warn(
            .engineSettings, .experimental, "The engine's experimental parts are switched on.",
            "Remove \"experimental\": true from /etc/docker/daemon.json, then systemctl restart docker.")
    }
}
