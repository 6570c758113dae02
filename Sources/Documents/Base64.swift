import Foundation

/// Reads base64.
///
/// - Source: RFC 4648 section 4; white space is passed over, padding is needed.
enum Base64 {
    /// The bytes that `text` stands for, or `nil` if it is malformed.
    static func bytes(_ text: String) -> [UInt8]? {
        let plain = String(decoding: text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }, as: UTF8.self)
        // The bits that padding leaves over are noughts, so that each content has one form only.
        guard let data = Data(base64Encoded: plain), data.base64EncodedString() == plain else { return nil }
        return Array(data)
    }
}
