import TestSupport

@testable import CurlHTTP

/// What lies between client and server.
enum Transport: CaseIterable, Sendable {
    case unix, tcp
    /// With a client certificate.
    case tls
}

/// A listening socket of a test's server.
enum Listener: Sendable {
    case unix(path: String)
    case tcp(port: UInt16)

    /// Where a client finds it; over TCP by TLS, if settings are given.
    func endpoint(_ tls: TLSSettings?) -> CurlClient.Endpoint {
        switch self {
        case .unix(let path): .unixSocket(path: path)
        case .tcp(let port): .tcp(host: "127.0.0.1", port: port, tls: tls)
        }
    }

    /// The descriptors of this process that are clients of it.
    var clients: [Int32] {
        switch self {
        case .unix(let path): UnixSocket.connected(to: path)
        case .tcp(let port): TCPSocket.connected(to: port)
        }
    }
}

extension TLSSettings {
    /// Those of a client that trusts `authority` and shows `client`, both by their names among ``TestCertificates``.
    static func trusting(authority: String = "ca", client: String? = "client") throws -> TLSSettings {
        let certificates = try TestCertificates.shared.get()
        return TLSSettings(
            authorities: try certificates.bytes(authority),
            identity: try client.map {
                Identity(certificate: try certificates.bytes($0), key: try certificates.bytes("\($0)-key"))
            })
    }
}
