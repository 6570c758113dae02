package import Model

/// Where the engine listens.
package struct EngineAddress: Sendable, Hashable, CustomStringConvertible {
    package let socketPath: String
    package var description: String { "unix://\(socketPath)" }

    /// Docker's own default.
    package static let standardSocket = "/var/run/docker.sock"

    /// Reads `DOCKER_HOST`, as the `docker` command does; the default socket without it.
    ///
    /// - Throws: ``ModelError/malformed(field:value:expected:)`` for anything but `unix://` and an absolute path.
    package init(dockerHost: String?) throws(ModelError) {
        guard let dockerHost, !dockerHost.isEmpty else {
            socketPath = Self.standardSocket
            return
        }
        let path = dockerHost.dropFirst("unix://".count)
        guard dockerHost.hasPrefix("unix:///"), !path.utf8.contains(0), path.utf8.count <= 107 else {
            let expected = "unix:// and the absolute path of a socket, at most 107 bytes of it"
            throw .malformed(field: "DOCKER_HOST", value: dockerHost, expected: expected)
        }
        socketPath = String(path)
    }
}
