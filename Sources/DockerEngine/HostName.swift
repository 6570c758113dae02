import Glibc

/// The host of an address, as far as its form tells something.
enum HostName {
    /// Longest name, and longest part of one between dots, in bytes (RFC 1035, 2.3.4).
    private static let (maxNameBytes, maxLabelBytes) = (253, 63)

    /// Takes `HOST:PORT` apart; an IPv6 address stands in brackets, and comes without.
    ///
    /// `nil` for anything else, and for what is neither an address nor a possible name, such as `127.1`.
    static func split(_ text: Substring) -> (host: String, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":"), let port = port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            return bytes(ofIPv6: inner) == nil ? nil : (inner, port)
        }
        return bytes(ofIPv4: String(host)) != nil || isName(host) ? (String(host), port) : nil
    }

    /// Whether the host is this machine whatever a resolver says.
    static func isLoopback(_ host: String) -> Bool {
        // RFC 6761, 6.3: `localhost` is never asked for, and libcurl does not.
        if host.lowercased() == "localhost" { return true }
        if let bytes = bytes(ofIPv4: host) { return bytes[0] == 127 }
        return bytes(ofIPv6: host) == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else { return nil }
        return UInt16(text).flatMap { $0 == 0 ? nil : $0 }
    }

    /// Letters, digits, hyphens and underscores between dots; a last part of digits alone would be a number of old.
    private static func isName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= maxNameBytes, let last = labels.last, !last.utf8.allSatisfy(isDigit),
            !last.lowercased().hasPrefix("0x")
        else { return false }
        return labels.allSatisfy { label in
            (1...maxLabelBytes).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
                && label.utf8.allSatisfy { byte in
                    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func bytes(ofIPv4 text: String) -> [UInt8]? {
        var address = in_addr()
        guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }

    private static func bytes(ofIPv6 text: String) -> [UInt8]? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: address) { Array($0) }
    }
}
