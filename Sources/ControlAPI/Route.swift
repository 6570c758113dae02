/// One thing that may be asked: a method, a path, the parameters of its query, and who answers.
package struct Route: Sendable {
    package typealias Handler = @Sendable (ControlRequest) async throws -> ControlAnswer

    package enum Kind: Sendable, Hashable {
        /// Ends by itself, soon; the daemon waits for it when it stops.
        case short
        /// May go on for as long as a job does; it is ended when the daemon stops.
        case long
    }

    package let method: String
    /// As in `/jobs/{id}/output`.
    package let path: String
    package let query: [String]
    package let kind: Kind
    package let handler: Handler

    package init(
        _ method: String, _ path: String, query: [String] = [], kind: Kind = .short, _ handler: @escaping Handler
    ) {
        (self.method, self.path, self.query, self.kind, self.handler) = (method, path, query, kind, handler)
    }

    package static func get(
        _ path: String, query: [String] = [], kind: Kind = .short, _ handler: @escaping Handler
    ) -> Route { Route("GET", path, query: query, kind: kind, handler) }

    package static func post(
        _ path: String, query: [String] = [], kind: Kind = .short, _ handler: @escaping Handler
    ) -> Route { Route("POST", path, query: query, kind: kind, handler) }
}

/// A few routes that belong together, and what they need: a small file of its own for each.
package protocol RouteGroup: Sendable {
    var routes: [Route] { get }
}
