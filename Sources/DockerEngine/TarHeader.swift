/// The header of a member of a ustar archive: of time 0 and owned by root when it is written, anything when it is read.
///
/// - Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar for numbers in base 256.
enum TarHeader {
    static let blockBytes = 512

    /// Bytes from a member's content to the next header.
    static func padding(_ size: Int64) -> Int { Int((512 - size % 512) % 512) }

    /// The header of a plain file (`0`) or a folder (`5`).
    ///
    /// - Parameters:
    ///   - name: at most 100 bytes of ASCII.
    ///   - size: less than 8 GiB.
    static func bytes(_ name: String, size: Int64, mode: Int, type: Character) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int64, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        put(name, at: 0)
        put(octal(Int64(mode), 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put(String(repeating: " ", count: 8), at: 148)
        put(String(type), at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put("root", at: 265)
        put("root", at: 297)
        put(octal(Int64(sum(header)), 6) + "\0 ", at: 148)
        return header
    }

    /// A header that was read.
    struct Fields: Equatable {
        var name: String
        var size: Int64
        var type: UInt8
        var link: String
    }

    /// - Returns: `nil` if these 512 bytes are no header, or their sum is wrong.
    static func fields(_ header: [UInt8]) -> Fields? {
        guard header.count == blockBytes, let wanted = number(header[148..<156]), Int64(sum(header)) == wanted,
            let size = number(header[124..<136])
        else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self) }
        // Only POSIX's own form has a prefix there; GNU's has other things.
        let prefix = header[257..<263].elementsEqual(Array("ustar\0".utf8)) ? text(345..<500) : ""
        return Fields(
            name: prefix.isEmpty ? text(0..<100) : "\(prefix)/\(text(0..<100))", size: size, type: header[156],
            link: text(157..<257))
    }

    /// The sum of the header's bytes, with spaces in the place of the sum itself.
    private static func sum(_ header: [UInt8]) -> Int {
        header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    }

    /// A number in octal digits, or in base 256 if its first bit is set; `nil` for anything else, and below zero.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
            return field.suffix(7).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        return digits.isEmpty
            ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
    }
}
