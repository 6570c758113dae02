import Glibc

/// The addresses of this machine's interfaces.
enum HostAddresses {
    /// How many are looked at; a machine with many containers has one for each of their networks.
    private static let bound = 4

    /// IPv4 and IPv6 as text, without loopback and link-local ones, which mean another machine everywhere.
    static func all() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [String] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            if let address = entry.ifa_addr, let text = text(address), isOutside(text), !found.contains(text) {
                found.append(text)
            }
        }
        return Array(found.prefix(bound))
    }

    private static func isOutside(_ text: String) -> Bool {
        !text.hasPrefix("127.") && !text.hasPrefix("169.254.") && text != "::1" && !text.hasPrefix("fe80:")
    }

    private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let size: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
