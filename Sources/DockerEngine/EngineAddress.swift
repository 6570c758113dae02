package import Model

/// Where the engine listens, and how it is spoken to.
package struct EngineAddress: Sendable, Hashable, CustomStringConvertible {
    package enum Location: Sendable, Hashable {
        case unixSocket(path: String)
        /// `host` is a name or an address, IPv6 without brackets.
        case tcp(host: String, port: UInt16)
    }

    package let location: Location
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`; `nil` where nothing is encrypted.
    package let certificates: String?

    /// As `DOCKER_HOST` has it.
    package var description: String {
        switch location {
        case .unixSocket(let path): "unix://\(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        }
    }

    /// The path of the socket, if it is one.
    package var socketPath: String? {
        switch location {
        case .unixSocket(let path): path
        case .tcp: nil
        }
    }

    /// Docker's own default.
    package static let standardSocket = "/var/run/docker.sock"
    /// Longest path of a Unix socket in bytes (unix(7)).
    private static let maxPathBytes = 107

    /// Reads `DOCKER_HOST` without TLS; the default socket without it.
    ///
    /// - Throws: as ``init(environment:)`` does.
    package init(dockerHost: String?) throws(ModelError) {
        try self.init(environment: dockerHost.map { ["DOCKER_HOST": $0] } ?? [:])
    }

    /// Reads `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`, as the `docker` command does.
    ///
    /// Unencrypted TCP is for this machine alone: whoever reaches an engine is root where it runs.
    ///
    /// - Throws: ``ModelError/malformed(field:value:expected:)`` for anything but `unix://` with an absolute path and
    ///   `tcp://` with host and port; ``ModelError/refused(field:value:reason:remedy:)`` for TCP without TLS to
    ///   another machine.
    package init(environment: [String: String]) throws(ModelError) {
        func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let text = given("DOCKER_HOST") else {
            (location, certificates) = (.unixSocket(path: Self.standardSocket), nil)
            return
        }
        location = try Self.location(text)
        guard case .tcp(let host, _) = location else {
            certificates = nil
            return
        }
        guard given("DOCKER_TLS_VERIFY") != nil else {
            guard HostName.isLoopback(host) else { throw Self.unprotected(text) }
            certificates = nil
            return
        }
        if let folder = given("DOCKER_CERT_PATH") {
            certificates = folder
        } else {
            certificates = try Self.standardCertificates(home: given("HOME"))
        }
    }

    private static func location(_ text: String) throws(ModelError) -> Location {
        if text.hasPrefix("unix:///") {
            let path = text.dropFirst("unix://".count)
            if !path.utf8.contains(0), path.utf8.count <= maxPathBytes { return .unixSocket(path: String(path)) }
        }
        if text.hasPrefix("tcp://"), let (host, port) = HostName.split(text.dropFirst("tcp://".count)) {
            return .tcp(host: host, port: port)
        }
        let expected =
            "unix:// and the absolute path of a socket, at most \(maxPathBytes) bytes of it, or tcp://HOST:PORT"
        throw .malformed(field: "DOCKER_HOST", value: text, expected: expected)
    }

    private static func unprotected(_ text: String) -> ModelError {
        .refused(
            field: "DOCKER_HOST", value: text,
            reason: "without TLS, everybody on the way is root on that machine",
            remedy: "Set DOCKER_TLS_VERIFY=1, with the certificates in DOCKER_CERT_PATH; or forward a socket over SSH.")
    }

    private static func standardCertificates(home: String?) throws(ModelError) -> String {
        guard let home, home.hasPrefix("/") else {
            throw .malformed(
                field: "HOME", value: home ?? "", expected: "an absolute path (or set DOCKER_CERT_PATH)")
        }
        return "\(home)/.docker"
    }
}
