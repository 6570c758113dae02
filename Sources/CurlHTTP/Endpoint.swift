extension CurlClient {
    /// Where the one server of a client listens.
    package enum Endpoint: Sendable, Hashable {
        /// Longest path of a Unix socket in bytes (unix(7): 108 with the final zero).
        private static let maxPathBytes = 107
        /// Longest name of a host in bytes (RFC 1035, 2.3.4, written with dots).
        private static let maxNameBytes = 253

        case unixSocket(path: String)
        /// `host` is a name or an address, IPv6 without brackets; plain HTTP without `tls`.
        case tcp(host: String, port: UInt16, tls: TLSSettings?)

        /// How errors name it.
        package var address: String {
            switch self {
            case .unixSocket(let path): path
            case .tcp: authority
            }
        }

        /// What stands between scheme and path of a URL, and in the `Host` field.
        var authority: String {
            switch self {
            case .unixSocket: "localhost"
            case .tcp(let host, let port, _): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            }
        }

        var tls: TLSSettings? {
            switch self {
            case .unixSocket: nil
            case .tcp(_, _, let tls): tls
            }
        }

        /// Refuses what cannot be connected to, or would change the shape of a URL.
        ///
        /// - Throws: ``HTTPClientError/connectFailed(address:reason:)``.
        func check() throws(HTTPClientError) {
            switch self {
            case .unixSocket(let path):
                guard (1...Self.maxPathBytes).contains(path.utf8.count), !path.utf8.contains(0) else {
                    let reason = "a socket's path has 1 to \(Self.maxPathBytes) bytes and no zero"
                    throw .connectFailed(address: path, reason: reason)
                }
            case .tcp(let host, let port, _):
                guard (1...Self.maxNameBytes).contains(host.utf8.count), host.utf8.allSatisfy(Self.isHostByte) else {
                    throw .connectFailed(address: address, reason: "this is neither a host's name nor its address")
                }
                guard port > 0 else { throw .connectFailed(address: address, reason: "there is no port 0") }
            }
        }

        private static func isHostByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
    }
}
