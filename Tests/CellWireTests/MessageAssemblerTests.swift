import CellWire
import Testing

@Suite struct MessageAssemblerTests {
    private static let messages = [
        Message(kind: 1, body: Array("abc".utf8)), Message(kind: 4), Message(kind: 3, body: [0, 0, 0, 0, 0, 1]),
        Message(kind: 255, body: [UInt8](repeating: 9, count: 300)),
    ]
    private static let stream = messages.flatMap(\.encoded)

    private func assemble(_ pieces: [ArraySlice<UInt8>]) throws -> [Message] {
        var assembler = MessageAssembler()
        var messages: [Message] = []
        for piece in pieces {
            assembler.push(piece)
            while let message = try assembler.next() { messages.append(message) }
        }
        return messages
    }

    @Test("a stream cut in two, at any byte, gives the same messages")
    func twoPieces() throws {
        for cut in 0...Self.stream.count {
            #expect(try assemble([Self.stream[..<cut], Self.stream[cut...]]) == Self.messages, "cut at \(cut)")
        }
    }

    @Test("single bytes give the same messages")
    func singleBytes() throws {
        #expect(try assemble(Self.stream.indices.map { Self.stream[$0...$0] }) == Self.messages)
    }

    @Test("an unfinished message is told")
    func partial() throws {
        let bytes = Message(kind: 2, body: [1, 2]).encoded
        for count in 1..<bytes.count {
            var assembler = MessageAssembler()
            assembler.push(bytes[..<count])
            #expect(try assembler.next() == nil)
        }
    }

    @Test("the longest message passes; a longer one is refused before its bytes have come")
    func bounds() throws {
        let longest = Message(kind: 1, body: [UInt8](repeating: 1, count: CellWire.maxMessage))
        #expect(try assemble([longest.encoded[...]]) == [longest])
        for length in [UInt32(CellWire.maxMessage) + 1, .max] {
            var header: [UInt8] = [1]
            header.append(littleEndian: length)
            var assembler = MessageAssembler()
            assembler.push(header)
            #expect(throws: MessageError.tooLong(Int(length))) { try assembler.next() }
        }
    }

    @Test("what was read does not pile up")
    func memory() throws {
        var assembler = MessageAssembler()
        let bytes = Message(kind: 1, body: [UInt8](repeating: 1, count: 30_000)).encoded
        // Pieces that never end where a message does.
        var rest = bytes[...]
        for _ in 0..<100 {
            assembler.push(rest + bytes[..<10])
            rest = bytes[10...]
            while try assembler.next() != nil {}
            let held = try #require(Mirror(reflecting: assembler).descendant("buffer") as? [UInt8])
            #expect(held.count < 160_000)
        }
    }
}
