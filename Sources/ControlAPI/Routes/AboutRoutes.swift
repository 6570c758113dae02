package import ControlWire
import Model

/// Which daemon this is, and how it is.
package struct AboutRoutes: RouteGroup {
    /// Looks at one thing; must end by itself, soon.
    package typealias HealthCheck = @Sendable () async -> HealthView.Check

    private let version: VersionView
    private let checks: [HealthCheck]

    package init(version: VersionView, checks: [HealthCheck]) { (self.version, self.checks) = (version, checks) }

    package var routes: [Route] {
        [
            .get("/version") { _ in try .json(version) },
            .get("/health") { _ in
                var found: [HealthView.Check] = []
                for check in checks { found.append(await check()) }
                let health = HealthView(found)
                return try .json(health, status: health.isHealthy ? 200 : 503)
            },
        ]
    }
}
