/// One frame of the attached stream, in either direction.
///
/// ```
/// 0   4  magic     CA 15 50 4E
/// 4   1  type
/// 5   1  channel   0 for the control types
/// 6   2  reserved  zero
/// 8   8  offset    of the payload in its channel; the epoch for the control types
/// 16  4  length    of the payload, 0 ... 32768
/// 20  4  CRC-32C   of bytes 0 ..< 20, 24 ..< 32 and the payload
/// 24  8  key       of the sandbox
/// 32     payload
/// ```
/// Numbers are little-endian.
///
/// The key is a random number that the first hello brings and every later frame carries, in both directions. A reader that
/// starts in the middle of a frame looks for the next one inside what the tool has written; the tool does not know the key,
/// so nothing that it writes is taken for a frame.
package struct Frame: Sendable, Hashable {
    package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// Daemon → cell, once a stream is attached, until answered: ``Window``s of all up channels.
        case hello = 1
        /// Cell → daemon, the answer to a ``hello`` of the same epoch: ``Window``s of all down channels.
        case welcome = 2
        /// Bytes of a channel at an offset.
        case data = 3
        /// The end of a channel: its offset is the channel's length. No payload.
        case end = 4
        /// What has been received, and how far the other side may send: ``Window``s.
        case credit = 5
        /// Daemon → cell: end the tool. Payload: grace in milliseconds, u32.
        case cancel = 6
        /// Daemon → cell: everything is stored, the cell may end.
        case bye = 7
    }

    package static let magic: [UInt8] = [0xCA, 0x15, 0x50, 0x4E]
    package static let headerSize = 32

    package var kind: Kind
    package var channel: UInt8
    package var offset: UInt64
    package var payload: [UInt8]

    package init(_ kind: Kind, channel: UInt8 = 0, offset: UInt64, payload: [UInt8] = []) {
        (self.kind, self.channel, self.offset, self.payload) = (kind, channel, offset, payload)
    }

    /// This frame's bytes on the wire of the sandbox with this key.
    package func encoded(key: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + payload.count)
        bytes += Self.magic
        bytes += [kind.rawValue, channel, 0, 0]
        bytes.append(littleEndian: offset)
        bytes.append(littleEndian: UInt32(payload.count))
        var keyBytes: [UInt8] = []
        keyBytes.append(littleEndian: key)
        var crc = CRC32C()
        crc.update(bytes)
        crc.update(keyBytes)
        crc.update(payload)
        bytes.append(littleEndian: crc.value)
        bytes += keyBytes
        bytes += payload
        return bytes
    }
}

extension [UInt8] {
    package mutating func append(littleEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The little-endian number that starts at `index`; the caller has checked that its bytes are there.
    package func littleEndian<Value: FixedWidthInteger & UnsignedInteger>(at index: Int, as: Value.Type) -> Value {
        var value: Value = 0
        for byte in 0..<(Value.bitWidth / 8) { value |= Value(self[index + byte]) << (8 * byte) }
        return value
    }
}
