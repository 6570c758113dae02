/// One message of a channel that carries messages: `kind` u8, `length` u32 little-endian, then the body.
///
/// A body is a list of fields: tag u8, length u32, value. A field that a reader does not know is passed over; one that is
/// missing has its default, unless the message cannot do without it.
package struct Message: Sendable, Hashable {
    package var kind: UInt8
    package var body: [UInt8]

    package init(kind: UInt8, body: [UInt8] = []) { (self.kind, self.body) = (kind, body) }

    package var encoded: [UInt8] {
        var bytes: [UInt8] = [kind]
        bytes.append(littleEndian: UInt32(body.count))
        return bytes + body
    }
}

/// Why bytes are no message, or not one that can be used.
package enum MessageError: Error, Sendable, Hashable {
    case tooLong(Int)
    case unknownKind(UInt8)
    case malformed(String)
}

/// Puts the messages of a byte stream together, whatever its cuts.
package struct MessageAssembler: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func push(_ bytes: some Collection<UInt8>) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 64 << 10 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message, or `nil` until more bytes have been pushed.
    ///
    /// - Throws: ``MessageError/tooLong(_:)`` for one above ``CellWire/maxMessage``; the stream is then of no more use.
    package mutating func next() throws(MessageError) -> Message? {
        guard buffer.count - start >= 5 else { return nil }
        let length = Int(buffer.littleEndian(at: start + 1, as: UInt32.self))
        guard length <= CellWire.maxMessage else { throw .tooLong(length) }
        guard buffer.count - start - 5 >= length else { return nil }
        let message = Message(kind: buffer[start], body: Array(buffer[start + 5..<start + 5 + length]))
        start += 5 + length
        return message
    }
}
