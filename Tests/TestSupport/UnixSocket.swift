import Glibc

/// The few calls that a Unix socket needs.
package enum UnixSocket {
    package struct Failure: Error {
        package let call: String
        package let code: Int32
    }

    package static func listen(at path: String, backlog: Int32) throws -> Int32 {
        let descriptor = make(flags: 0)
        guard withAddress(path, { bind(descriptor, $0, $1) }) == 0 else { throw Failure(call: "bind", code: errno) }
        guard Glibc.listen(descriptor, backlog) == 0 else { throw Failure(call: "listen", code: errno) }
        return descriptor
    }

    /// Connects to the server at `path`.
    package static func connect(to path: String) throws -> Int32 {
        let descriptor = make(flags: 0)
        guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            throw Failure(call: "connect", code: errno)
        }
        return descriptor
    }

    /// Connects until the server's backlog takes no more; answers the sockets, which the caller closes.
    package static func fillBacklog(of path: String) -> [Int32] {
        var filling: [Int32] = []
        while true {
            let descriptor = make(flags: Int32(SOCK_NONBLOCK.rawValue))
            filling.append(descriptor)
            guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else { return filling }
        }
    }

    /// The descriptors of this process whose other end is the server at `path`.
    package static func connected(to path: String) -> [Int32] {
        (0..<Int32(getdtablesize())).filter { descriptor in
            var address = sockaddr_un()
            var size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
            }
            guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return false }
            return withUnsafeBytes(of: address.sun_path) { $0.starts(with: path.utf8) && $0[path.utf8.count] == 0 }
        }
    }

    private static func make(flags: Int32) -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) | flags, 0)
    }

    fileprivate static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32
    {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}

extension UnixSocket {
    /// A socket that takes datagrams at `path`.
    package static func receiver(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard withAddress(path, { bind(descriptor, $0, $1) }) == 0 else { throw Failure(call: "bind", code: errno) }
        return descriptor
    }

    /// The next datagram.
    package static func received(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
