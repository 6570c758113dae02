import Glibc

/// The few calls that a TCP server on this machine needs.
package enum TCPSocket {
    /// Listens on a free port of `127.0.0.1`.
    ///
    /// What its connections have received and nobody has read is no more than a few hundred KiB: by itself, the kernel would hold up to
    /// 32 MiB on some machines.
    package static func listen(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let (descriptor, port) = try bind()
        var size = Int32(1 << 18)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        guard Glibc.listen(descriptor, backlog) == 0 else { throw UnixSocket.Failure(call: "listen", code: errno) }
        return (descriptor, port)
    }

    /// Takes a free port of `127.0.0.1` at which nobody listens, nor can, until the descriptor is closed.
    package static func bind() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (bound, named) = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (Glibc.bind(descriptor, $0, size), getsockname(descriptor, $0, &size))
            }
        }
        guard bound == 0, named == 0 else { throw UnixSocket.Failure(call: "bind", code: errno) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// The descriptors of this process whose other end is the server at `port`.
    package static func connected(to port: UInt16) -> [Int32] {
        (0..<Int32(getdtablesize())).filter { descriptor in
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
            }
            return result == 0 && address.sin_family == sa_family_t(AF_INET)
                && address.sin_port == port.bigEndian
        }
    }

    /// Has the connection reset, rather than closed in order, at its close.
    package static func resetAtClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
