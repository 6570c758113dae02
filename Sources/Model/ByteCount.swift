/// A number of bytes, zero or more.
///
/// Written as a whole number with an optional binary unit: `512`, `64KiB`, `256MiB`, `1GiB`.
package struct ByteCount: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let bytes: Int64

    package init(bytes: Int64) { self.bytes = bytes }
    package static func kibibytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count << 10) }
    package static func mebibytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count << 20) }
    package static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(bytes: count << 30) }

    /// Encoded as the bare number of bytes.
    package init(from decoder: any Decoder) throws { bytes = try decoder.singleValueContainer().decode(Int64.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
    package static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        ByteCount(bytes: left.bytes + right.bytes)
    }

    /// The largest unit that divides the number without a rest.
    package var description: String {
        for (unit, shift) in [("GiB", Int64(30)), ("MiB", 20), ("KiB", 10)]
        where bytes != 0 && bytes & ((1 << shift) - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)B"
    }
}
