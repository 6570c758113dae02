/// Finds the route of a request.
package struct RouteTable: Sendable {
    private let routes: [(segments: [Substring], route: Route)]

    package init(_ groups: [any RouteGroup]) {
        routes = groups.flatMap(\.routes).map { ($0.path.dropFirst().split(separator: "/"), $0) }
    }

    /// As in `GET /jobs`, in their order.
    package var names: [String] { routes.map { "\($0.route.method) \($0.route.path)" } }

    /// - Parameter segments: the path between its slashes, decoded.
    /// - Throws: ``ControlAPIError/unknownPath(_:)``, ``ControlAPIError/wrongMethod(method:path:allowed:)``.
    package func find(
        _ method: String, _ segments: [String]
    ) throws(ControlAPIError) -> (route: Route, parameters: [String: String]) {
        var allowed: [String] = []
        for (pattern, route) in routes {
            guard let parameters = Self.match(pattern, segments) else { continue }
            if route.method == method { return (route, parameters) }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        let path = "/" + segments.joined(separator: "/")
        guard allowed.isEmpty else { throw .wrongMethod(method: method, path: path, allowed: allowed) }
        throw .unknownPath(path)
    }

    private static func match(_ pattern: [Substring], _ segments: [String]) -> [String: String]? {
        guard pattern.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (wanted, given) in zip(pattern, segments) {
            if wanted.hasPrefix("{") {
                guard !given.isEmpty else { return nil }
                parameters[String(wanted.dropFirst().dropLast())] = given
            } else if wanted != given {
                return nil
            }
        }
        return parameters
    }
}
