/// The CRC-32C (Castagnoli) checksum, eight bytes at a step by table.
///
/// It finds torn and glued frames; it is no protection against somebody who forges them.
/// - Source: RFC 3720, appendix B.4 (polynomial, test vectors); "slicing by 8" after Kounavis and Berry.
package struct CRC32C: Sendable {
    private var state: UInt32 = .max

    package init() {}

    package var value: UInt32 { ~state }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { update($0.span) }
        if done == nil { update(Array(bytes).span) }
    }

    private mutating func update(_ bytes: Span<UInt8>) {
        var crc = state
        var index = 0
        let table = Self.table.span
        while bytes.count - index >= 8 {
            let low =
                crc
                ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
                    | UInt32(bytes[index + 3]) << 24)
            crc = table[7 << 8 + Int(low & 0xFF)] ^ table[6 << 8 + Int(low >> 8 & 0xFF)]
            crc ^= table[5 << 8 + Int(low >> 16 & 0xFF)] ^ table[4 << 8 + Int(low >> 24)]
            crc ^= table[3 << 8 + Int(bytes[index + 4])] ^ table[2 << 8 + Int(bytes[index + 5])]
            crc ^= table[1 << 8 + Int(bytes[index + 6])] ^ table[Int(bytes[index + 7])]
            index += 8
        }
        while index < bytes.count {
            crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
            index += 1
        }
        state = crc
    }

    /// Eight tables of 256 entries, one after the other.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 << 8)
        for index in 0..<256 {
            var crc = UInt32(index)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            table[index] = crc
        }
        for index in 256..<table.count {
            let previous = table[index - 256]
            table[index] = previous >> 8 ^ table[Int(previous & 0xFF)]
        }
        return table
    }()
}
