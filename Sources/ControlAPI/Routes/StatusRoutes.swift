package import ControlWire

/// What goes on.
package struct StatusRoutes: RouteGroup {
    private let status: @Sendable () async throws -> StatusView

    package init(_ status: @escaping @Sendable () async throws -> StatusView) { self.status = status }

    package var routes: [Route] { [.get("/status") { _ in try .json(try await status()) }] }
}
