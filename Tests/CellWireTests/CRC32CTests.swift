import CellWire
import TestSupport
import Testing

@Suite struct CRC32CTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let crc: UInt32
        var testDescription: String { name }
    }

    /// Those of RFC 3720, appendix B.4, as numbers, and the usual check value.
    static let vectors: [Vector] = [
        Vector(name: "32 zeros", bytes: [UInt8](repeating: 0, count: 32), crc: 0x8A91_36AA),
        Vector(name: "32 ones", bytes: [UInt8](repeating: 0xFF, count: 32), crc: 0x62A8_AB43),
        Vector(name: "0 to 31", bytes: Array(0..<32), crc: 0x46DD_794E),
        Vector(name: "31 to 0", bytes: (0..<32).reversed(), crc: 0x113F_DB5C),
        Vector(
            name: "an iSCSI read command",
            bytes: [
                0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18,
                0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            ], crc: 0xD996_3A56),
        Vector(name: "123456789", bytes: Array("123456789".utf8), crc: 0xE306_9283),
        Vector(name: "nothing", bytes: [], crc: 0),
    ]

    @Test("the published vectors come out", arguments: vectors)
    func vector(_ vector: Vector) {
        var crc = CRC32C()
        crc.update(vector.bytes)
        #expect(crc.value == vector.crc)
    }

    @Test("pieces give the same as the whole, wherever it is cut, in a slice and in a sequence without storage")
    func pieces() {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<61).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var whole = CRC32C()
        whole.update(bytes)
        for cut in 0...bytes.count {
            var crc = CRC32C()
            crc.update(bytes[..<cut])
            crc.update(bytes[cut...])
            #expect(crc.value == whole.value, "cut at \(cut)")
        }
        var lazily = CRC32C()
        lazily.update(bytes.lazy.map { $0 })
        #expect(lazily.value == whole.value)
    }

    @Test("one changed bit changes the checksum, wherever it is")
    func bitFlips() {
        let bytes = [UInt8](repeating: 0x5A, count: 24)
        var whole = CRC32C()
        whole.update(bytes)
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            var crc = CRC32C()
            crc.update(changed)
            #expect(crc.value != whole.value, "bit \(bit)")
        }
    }
}
