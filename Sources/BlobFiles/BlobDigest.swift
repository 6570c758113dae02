import Crypto

/// Builds a blob's name from its bytes, piece by piece.
struct BlobDigest {
    private var hash = SHA256()

    mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// `sha256:` and 64 hex digits.
    var text: String {
        Self.prefix + hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static let prefix = "sha256:"

    /// The hex digits of a digest, or `nil` if `text` is none: only these may become part of a path.
    static func hex(of text: String) -> String? {
        let digits = text.dropFirst(prefix.count)
        let isHex = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return text.hasPrefix(prefix) && digits.utf8.count == 64 && isHex ? String(digits) : nil
    }
}
