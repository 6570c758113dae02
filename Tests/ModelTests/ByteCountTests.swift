import Foundation
import Model
import Testing

@Suite struct ByteCountTests {
    static let texts: [(Int64, String)] = [
        (0, "0B"), (1, "1B"), (1023, "1023B"), (1024, "1KiB"), (1025, "1025B"), (1536, "1536B"), (65_536, "64KiB"),
        (1_048_576, "1MiB"), (268_435_456, "256MiB"), (1_049_600, "1025KiB"), (1_073_741_824, "1GiB"),
        (1_099_511_627_776, "1024GiB"), (.max, "9223372036854775807B"),
    ]

    @Test(
        "a number of bytes is written with the largest unit that divides it",
        arguments: texts)
    func description(_ bytes: Int64, _ wanted: String) {
        #expect(ByteCount(bytes: bytes).description == wanted)
    }

    @Test("what is written is read back", arguments: texts)
    func reads(_ bytes: Int64, _ text: String) throws {
        #expect(try ByteCount(text: text, field: "x") == ByteCount(bytes: bytes))
    }

    @Test(
        "anything else is refused, with the field's name",
        arguments: [
            "", "5", "B", "-1B", "+1B", "1.5MiB", "1 MiB", " 1B", "1B ", "1mib", "1MB", "1M", "1Mi", "1k", "٣B",
            "8589934592GiB", "9223372036854775808B", "1_000B", "0x1B", "1KiBKiB",
        ])
    func refuses(_ text: String) {
        #expect("\(text)") { try ByteCount(text: text, field: "--limit memory") } throws: { error in
            guard case .malformed(let field, let value, _)? = error as? ModelError else { return false }
            return field == "--limit memory" && value == text
        }
    }

    @Test("units, sums and order")
    func arithmetic() {
        #expect(ByteCount.kibibytes(2).bytes == 2048)
        #expect(ByteCount.mebibytes(3).bytes == 3_145_728)
        #expect(ByteCount.gibibytes(1) == .mebibytes(1024))
        #expect(ByteCount.kibibytes(1) + ByteCount(bytes: 1) == ByteCount(bytes: 1025))
        #expect(ByteCount.kibibytes(1) < .mebibytes(1))
    }

    @Test("it is stored as the bare number")
    func stored() throws {
        let bytes = try JSONEncoder().encode([ByteCount.kibibytes(64)])
        #expect(String(decoding: bytes, as: UTF8.self) == "[65536]")
        #expect(try JSONDecoder().decode([ByteCount].self, from: bytes) == [.kibibytes(64)])
    }
}
