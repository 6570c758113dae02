/// How far one channel has come, as its receiver sees it: 17 bytes on the wire.
package struct Window: Sendable, Hashable {
    package var channel: UInt8
    /// Bytes received and kept: the sender may forget them.
    package var received: UInt64
    /// The offset up to which the sender may send.
    package var limit: UInt64

    package init(channel: UInt8, received: UInt64, limit: UInt64) {
        (self.channel, self.received, self.limit) = (channel, received, limit)
    }

    private static let size = 17

    package static func encode(_ windows: [Window]) -> [UInt8] {
        var bytes: [UInt8] = []
        for window in windows {
            bytes.append(window.channel)
            bytes.append(littleEndian: window.received)
            bytes.append(littleEndian: window.limit)
        }
        return bytes
    }

    /// The windows in a payload, or `nil` if it holds none or a part of one.
    package static func decode(_ payload: [UInt8]) -> [Window]? {
        guard !payload.isEmpty, payload.count.isMultiple(of: size) else { return nil }
        return stride(from: 0, to: payload.count, by: size).map { start in
            Window(
                channel: payload[start], received: payload.littleEndian(at: start + 1, as: UInt64.self),
                limit: payload.littleEndian(at: start + 9, as: UInt64.self))
        }
    }
}
