import Hummingbird
import NIOCore

/// Where a streamed answer is written, by one task; a client that takes nothing for too long is cut.
package final class ControlWriter {
    private var out: any ResponseBodyWriter
    private let channel: any Channel
    let bounds: ControlBounds

    init(_ out: any ResponseBodyWriter, channel: any Channel, bounds: ControlBounds) {
        (self.out, self.channel, self.bounds) = (out, channel, bounds)
    }

    /// Returns once the client has taken so much that all of `bytes` is on its way.
    ///
    /// - Throws: when the client has gone, or was cut; nothing more can be written then.
    @concurrent package func write(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let cut = ChannelCut(channel, after: bounds.pieceOfAnswer, mode: .all)
            defer { cut.cancel() }
            try await out.write(ByteBuffer(bytes: rest.prefix(bounds.pieceBytes)))
            // The library hands a piece to the event loop and returns: only behind that does the next one wait for room.
            try await channel.eventLoop.submit {}.get()
            rest = rest.dropFirst(bounds.pieceBytes)
        }
    }
}
