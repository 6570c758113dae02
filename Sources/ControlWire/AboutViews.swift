/// Which daemon answers: `GET /version`.
package struct VersionView: Sendable, Hashable, Codable {
    /// The release, as in `0.1.0`.
    package var version: String
    /// ``ControlWire/apiVersion`` of the daemon.
    package var apiVersion: Int
    package var installation: String
    package var pid: Int
    package var startedAt: String
    /// The address of its engine, as in `DOCKER_HOST`.
    package var engine: String?

    private enum CodingKeys: String, CodingKey {
        case version
        case apiVersion = "api_version"
        case installation, pid
        case startedAt = "started_at"
        case engine
    }

    package init(version: String, installation: String, pid: Int, startedAt: String, engine: String? = nil) {
        self.engine = engine
        (self.version, apiVersion) = (version, ControlWire.apiVersion)
        (self.installation, self.pid, self.startedAt) = (installation, pid, startedAt)
    }
}

/// How the daemon is: `GET /health`.
package struct HealthView: Sendable, Hashable, Codable {
    /// One thing that was looked at.
    package struct Check: Sendable, Hashable, Codable {
        package var name: String
        package var isHealthy: Bool
        /// One sentence.
        package var message: String

        private enum CodingKeys: String, CodingKey {
            case name
            case isHealthy = "is_healthy"
            case message
        }

        package init(name: String, isHealthy: Bool, message: String) {
            (self.name, self.isHealthy, self.message) = (name, isHealthy, message)
        }
    }

    /// Whether every check is.
    package var isHealthy: Bool
    package var checks: [Check]

    private enum CodingKeys: String, CodingKey {
        case isHealthy = "is_healthy"
        case checks
    }

    package init(_ checks: [Check]) { (isHealthy, self.checks) = (checks.allSatisfy(\.isHealthy), checks) }
}
