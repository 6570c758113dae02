import Crypto

/// Names bytes by their content, in the form that engines use.
package enum ContentDigest {
    /// `sha256:` and 64 hex digits.
    package static func of(_ bytes: [UInt8]) -> String {
        "sha256:" + SHA256.hash(data: bytes).map { hexadecimal($0) }.joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 2 ? digits : "0" + digits
    }
}
