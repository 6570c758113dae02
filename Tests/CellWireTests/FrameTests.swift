import CellWire
import Testing

@Suite struct FrameTests {
    @Test("a frame lies on the wire byte by byte as the protocol says")
    func layout() {
        let frame = Frame(.data, channel: 2, offset: 0x0102_0304_0506_0708, payload: [0xAA, 0xBB, 0xCC])
        let bytes = frame.encoded
        #expect(Array(bytes[..<4]) == [0xCA, 0x15, 0x50, 0x4E])
        #expect(Array(bytes[4..<8]) == [3, 2, 0, 0])
        #expect(Array(bytes[8..<16]) == [8, 7, 6, 5, 4, 3, 2, 1])
        #expect(Array(bytes[16..<20]) == [3, 0, 0, 0])
        var crc = CRC32C()
        crc.update(bytes[..<20] + bytes[24...])
        #expect(bytes.littleEndian(at: 20, as: UInt32.self) == crc.value)
        #expect(bytes.littleEndian(at: 24, as: UInt64.self) == Frame.testKey)
        #expect(Array(bytes[32...]) == [0xAA, 0xBB, 0xCC])
        // The worked example of Docs/CellProtocol.md.
        let example = Frame(.data, channel: 2, offset: 0, payload: Array("hi\n".utf8)).encoded
        #expect(example.littleEndian(at: 20, as: UInt32.self) == 0xB738_1E59)
    }

    @Test("the numbers of the kinds are frozen")
    func kinds() {
        #expect(Frame.Kind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7])
        #expect(
            Frame.Kind.allCases == [.hello, .welcome, .data, .end, .credit, .cancel, .bye])
        #expect(Frame.headerSize == 32)
    }

    @Test("the constants of the wire fit each other")
    func constants() {
        #expect(CellWire.version == 1)
        #expect(CellWire.maxPayload == 32 << 10)
        #expect(CellWire.padding > Frame.headerSize + CellWire.maxPayload)
        #expect(CellWire.cellWindow == 512 << 10)
        // One stream leaves room for the report, and for another one.
        #expect(UpChannel.allCases.map(\.window) == [64 << 10, 352 << 10, 352 << 10, 352 << 10])
        #expect(UpChannel.allCases.map(\.rawValue) == [1, 2, 3, 4])
        #expect(DownChannel.allCases.map(\.rawValue) == [1, 2])
    }

    @Test("little-endian numbers of every width round", arguments: [0, 1, 0x80, 0xFFFF, 0x1234_5678, UInt64.max])
    func littleEndian(_ value: UInt64) {
        var bytes: [UInt8] = [0xEE]
        bytes.append(littleEndian: value)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: value))
        bytes.append(littleEndian: UInt16(truncatingIfNeeded: value))
        #expect(bytes.count == 15)
        #expect(bytes.littleEndian(at: 1, as: UInt64.self) == value)
        #expect(bytes.littleEndian(at: 9, as: UInt32.self) == UInt32(truncatingIfNeeded: value))
        #expect(bytes[5...].littleEndian(at: 13, as: UInt16.self) == UInt16(truncatingIfNeeded: value))
    }
}
