/// Finds the frames in a stream that may have been cut at any byte.
///
/// What is not a whole, intact frame is passed over byte by byte until one is found, so that a reader may start in the
/// middle of a frame and half a frame glued to another one costs nothing but itself.
/// The memory in use stays below two frames and the piece handed in.
package struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    /// The key that frames must carry; `nil` until the first hello, which is then the only kind that counts.
    package private(set) var key: UInt64?
    /// Bytes passed over so far.
    package private(set) var skipped = 0

    /// - Parameter key: the sandbox's, or `nil` for a cell that has not met its daemon yet.
    package init(key: UInt64? = nil) { self.key = key }

    /// Takes the next bytes of the stream.
    package mutating func push(_ bytes: some Collection<UInt8>) {
        if start > CellWire.maxPayload {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, or `nil` until more bytes have been pushed.
    package mutating func next() -> Frame? {
        while true {
            skipToMagic()
            let available = buffer.count - start
            guard available >= Frame.headerSize else { return nil }
            let length = Int(buffer.littleEndian(at: start + 16, as: UInt32.self))
            let found = buffer.littleEndian(at: start + 24, as: UInt64.self)
            // A header that is not one must not make anybody wait for its payload.
            guard let kind = Frame.Kind(rawValue: buffer[start + 4]), length <= CellWire.maxPayload,
                key == found || (key == nil && kind == .hello)
            else {
                skip(1)
                continue
            }
            let end = start + Frame.headerSize + length
            guard buffer.count >= end else { return nil }
            var crc = CRC32C()
            crc.update(buffer[start..<start + 20])
            crc.update(buffer[start + 24..<end])
            guard crc.value == buffer.littleEndian(at: start + 20, as: UInt32.self) else {
                skip(1)
                continue
            }
            let frame = Frame(
                kind, channel: buffer[start + 5], offset: buffer.littleEndian(at: start + 8, as: UInt64.self),
                payload: Array(buffer[start + Frame.headerSize..<end]))
            start = end
            key = found
            return frame
        }
    }

    /// Moves to the next place where a frame may begin.
    private mutating func skipToMagic() {
        let old = start
        while start < buffer.count {
            guard let first = buffer[start...].firstIndex(of: Frame.magic[0]) else {
                start = buffer.count
                break
            }
            start = first
            let seen = min(buffer.count - start, Frame.magic.count)
            if buffer[start..<start + seen].elementsEqual(Frame.magic[..<seen]) { break }
            start += 1
        }
        skipped += start - old
    }

    private mutating func skip(_ count: Int) {
        start += count
        skipped += count
    }
}
