import CellWire
import TestSupport
import Testing

@Suite struct FrameDecoderTests {
    /// One frame of every kind, with payloads that hold the magic and a whole header's worth of it.
    static let frames: [Frame] = [
        Frame(.hello, offset: 3, payload: Window.encode([Window(channel: 1, received: 4, limit: 9)])),
        Frame(.welcome, offset: 3, payload: Window.encode([Window(channel: 1, received: 0, limit: 99)])),
        Frame(.data, channel: 1, offset: 0, payload: Array("spec".utf8)),
        Frame(.data, channel: 2, offset: 70_000, payload: Frame.magic + [3, 2, 0, 0] + Frame.magic + [0xCA]),
        Frame(.credit, offset: 3, payload: Window.encode([Window(channel: 2, received: 1, limit: 2)])),
        Frame(.cancel, offset: 3, payload: [0xE8, 3, 0, 0]),
        Frame(.data, channel: 4, offset: .max, payload: []),
        Frame(.end, channel: 4, offset: 17),
        Frame(.bye, offset: 3),
    ]
    static let stream = frames.flatMap(\.encoded)

    private func decode(_ pieces: [some Collection<UInt8>]) -> (frames: [Frame], skipped: Int) {
        var decoder = FrameDecoder(key: Frame.testKey)
        var frames: [Frame] = []
        for piece in pieces {
            decoder.push(piece)
            while let frame = decoder.next() { frames.append(frame) }
        }
        return (frames, decoder.skipped)
    }

    @Test("every kind is in the sample")
    func sample() {
        #expect(Set(Self.frames.map(\.kind)) == Set(Frame.Kind.allCases))
    }

    @Test("a stream cut in two, at any byte, decodes the same")
    func twoPieces() {
        for cut in 0...Self.stream.count {
            let result = decode([Self.stream[..<cut], Self.stream[cut...]])
            #expect(result.frames == Self.frames, "cut at \(cut)")
            #expect(result.skipped == 0, "cut at \(cut)")
        }
    }

    @Test("a stream in pieces of any one size decodes the same", arguments: [1, 2, 3, 7, 23, 24, 25, 1000])
    func pieces(of size: Int) {
        let pieces = stride(from: 0, to: Self.stream.count, by: size).map {
            Self.stream[$0..<min($0 + size, Self.stream.count)]
        }
        #expect(decode(pieces).frames == Self.frames)
    }

    @Test("the longest payload passes, whole and in pieces")
    func longest() {
        let frame = Frame(.data, channel: 2, offset: 5, payload: [UInt8](repeating: 0xCA, count: CellWire.maxPayload))
        let bytes = frame.encoded
        #expect(decode([bytes]).frames == [frame])
        #expect(decode([bytes[..<24], bytes[24..<20_000], bytes[20_000...]]).frames == [frame])
    }

    @Test("garbage before, between and after frames is passed over and counted")
    func garbage() {
        // Starts of the magic, the whole magic, a header whose length is bad, and one whose checksum is.
        let junk: [[UInt8]] = [
            [0], [0xCA], [0xCA, 0x15], [0xCA, 0x15, 0x50], Frame.magic, Frame.magic + Frame.magic,
            [UInt8](repeating: 0xCA, count: 40), [UInt8](repeating: 0, count: 100),
            Frame.magic + [3, 1, 0, 0] + [UInt8](repeating: 0, count: 16),
        ]
        for piece in junk {
            let bytes = piece + Self.frames.flatMap { $0.encoded + piece }
            let result = decode([bytes])
            // What may still become a frame is kept back at the end.
            #expect(result.frames == Self.frames, "\(piece)")
            #expect(result.skipped >= piece.count * Self.frames.count, "\(piece)")
            let single = decode(bytes.map { [$0] })
            #expect(single.frames == Self.frames, "\(piece) byte by byte")
        }
    }

    @Test("random garbage between frames costs none of them", arguments: 0..<20)
    func randomGarbage(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var bytes: [UInt8] = []
        for frame in Self.frames {
            for _ in 0..<Int.random(in: 0..<60, using: &generator) {
                // The bytes of the magic come often.
                let isMagic = Bool.random(using: &generator)
                let random = UInt8.random(in: 0...255, using: &generator)
                bytes.append(isMagic ? Frame.magic.randomElement(using: &generator) ?? 0 : random)
            }
            // Garbage may look like the start of a long frame: the padding after it, as after an attach, ends the wait.
            bytes += [UInt8](repeating: 0, count: CellWire.padding)
            bytes += frame.encoded
        }
        #expect(decode([bytes]).frames == Self.frames)
    }

    @Test("half a frame of any length, glued to padding, costs only itself")
    func halfAFrame() {
        let torn = Frame(.data, channel: 2, offset: 0, payload: Array(0..<200)).encoded
        let next = Frame(.hello, offset: 9, payload: Window.encode([Window(channel: 1, received: 0, limit: 1)]))
        let padding = [UInt8](repeating: 0, count: CellWire.padding)
        for count in 0..<torn.count {
            var decoder = FrameDecoder(key: Frame.testKey)
            decoder.push(torn[..<count])
            #expect(decoder.next() == nil)
            decoder.push(padding + next.encoded)
            #expect(decoder.next() == next, "\(count) bytes of the torn frame")
            #expect(decoder.skipped == count + padding.count)
        }
    }

    @Test("a reader that starts anywhere in a frame finds the next one")
    func startInTheMiddle() {
        let torn = Frame(.data, channel: 3, offset: 40, payload: Array(0..<100)).encoded
        for start in 1..<torn.count {
            #expect(decode([torn[start...] + Self.stream]).frames == Self.frames, "from \(start)")
        }
    }

    @Test("half a frame glued directly to frames is passed over, and what it swallowed comes back")
    func gluedWithoutPadding() {
        let torn = Frame(.data, channel: 3, offset: 40, payload: Array(0..<100)).encoded
        for count in 1..<torn.count {
            // The torn header may promise up to the longest payload, and is believed until as many bytes have come.
            let result = decode([torn[..<count] + Self.stream, [UInt8](repeating: 0, count: CellWire.padding)[...]])
            #expect(result.frames == Self.frames, "\(count) bytes")
        }
    }

    @Test("a frame with one bit changed is never taken, and the next one is found")
    func changedBits() {
        let frame = Frame(.data, channel: 2, offset: 77, payload: Array("payload".utf8))
        let next = Frame(.bye, offset: 1)
        let padding = [UInt8](repeating: 0, count: CellWire.padding)
        for bit in 0..<frame.encoded.count * 8 {
            var bytes = frame.encoded
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(decode([bytes + padding + next.encoded]).frames == [next], "bit \(bit)")
        }
    }

    /// A frame without a payload, whose header is right but for what is given.
    private func header(kind: UInt8 = 3, length: UInt32 = 0) -> [UInt8] {
        var bytes: [UInt8] = Frame.magic + [kind, 1, 0, 0]
        bytes.append(littleEndian: UInt64(0))
        bytes.append(littleEndian: length)
        var key: [UInt8] = []
        key.append(littleEndian: Frame.testKey)
        var crc = CRC32C()
        crc.update(bytes)
        crc.update(key)
        bytes.append(littleEndian: crc.value)
        return bytes + key
    }

    @Test("a length beyond the bound is passed over without waiting for its bytes")
    func badLength() {
        #expect(header() == Frame(.data, channel: 1, offset: 0, payload: []).encoded)
        for length in [UInt32(CellWire.maxPayload) + 1, 1 << 20, .max] {
            #expect(decode([header(length: length) + Self.stream]).frames == Self.frames, "length \(length)")
        }
    }

    @Test("a kind that does not exist is passed over, though its checksum is right")
    func unknownKind() {
        for kind in [UInt8(0), 8, 9, 255] {
            #expect(decode([header(kind: kind) + Self.stream]).frames == Self.frames, "kind \(kind)")
        }
    }

    @Test("a frame with another key is no frame, and its header makes nobody wait for its payload")
    func foreignKey() {
        let forged = Frame(.end, channel: 1, offset: 9).encoded(key: Frame.testKey + 1)
        let promising = Frame(.data, channel: 1, offset: 0, payload: [UInt8](repeating: 7, count: 30_000))
            .encoded(key: 0).prefix(Frame.headerSize)
        #expect(decode([forged + promising + Self.stream]).frames == Self.frames)
    }

    @Test("before the first hello no other kind counts; its key is then the only one")
    func firstHello() {
        var decoder = FrameDecoder()
        let hello = Frame(.hello, offset: 1, payload: [1])
        decoder.push(Self.frames[0].kind == .hello ? [] : Self.frames[0].encoded)
        decoder.push(Frame(.bye, offset: 1).encoded + hello.encoded(key: 5) + Frame(.hello, offset: 2).encoded(key: 6))
        #expect(decoder.next() == hello)
        #expect(decoder.key == 5)
        #expect(decoder.next() == nil)
        decoder.push(Frame(.bye, offset: 1).encoded(key: 5))
        #expect(decoder.next()?.kind == .bye)
    }

    @Test("the memory in use stays below two frames and a piece, whatever comes")
    func memory() throws {
        let piece = 16 << 10
        let long = Frame(.data, channel: 1, offset: 0, payload: [UInt8](repeating: 1, count: CellWire.maxPayload))
        let kinds: [[UInt8]] = [
            [UInt8](repeating: 0, count: piece), [UInt8](repeating: 0xCA, count: piece),
            // A header that promises the longest payload, again and again.
            Array(long.encoded.prefix(Frame.headerSize)),
            Array(long.encoded.prefix(piece)), Array(long.encoded.suffix(piece)), Self.stream,
        ]
        let bound = 2 * (Frame.headerSize + CellWire.maxPayload) + piece
        for bytes in kinds {
            var decoder = FrameDecoder(key: Frame.testKey)
            for _ in 0..<24 {
                decoder.push(bytes)
                while decoder.next() != nil {}
                let held = try #require(Mirror(reflecting: decoder).descendant("buffer") as? [UInt8])
                #expect(held.count <= bound)
            }
        }
    }
}
