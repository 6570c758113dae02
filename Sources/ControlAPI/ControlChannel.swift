import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// One client's connection: HTTP/1.1, with the peer's credentials read before anything else.
struct ControlChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel.Value
        /// `nil` if the kernel does not tell.
        let peer: PeerCredentials?
        var channel: any Channel { http.channel }
    }

    private let responder: ControlResponder
    private let configuration: HTTP1Channel.Configuration

    init(_ responder: ControlResponder) {
        self.responder = responder
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = responder.bounds.headerBytes
        decoder.maxHeaderListSize = responder.bounds.headerBytes
        decoder.maxHeaderFieldCount = responder.bounds.headers
        configuration = HTTP1Channel.Configuration(httpDecoderConfiguration: decoder)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let (configuration, readBytes) = (configuration, responder.bounds.readBytes)
        return channel.setOption(
            .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes)
        ).flatMap {
            PeerCredentials.read(from: channel).map { Optional($0) }.flatMapErrorThrowing { _ in nil }
        }.flatMap { peer in
            // What answers is set in `handle`, where the peer is known.
            HTTP1Channel(responder: { _, _, _ in }, configuration: configuration).setup(
                channel: channel, logger: logger
            )
            .map { Value(http: $0, peer: peer) }
        }
    }

    func handle(value: Value, logger: Logger) async {
        let (peer, responder) = (value.peer, responder)
        let idle = IdleCut(value.channel, after: responder.bounds.idle)
        let http = HTTP1Channel(
            responder: { request, writer, channel in
                idle.stop()
                try await responder.respond(to: request, from: peer, on: channel, writer)
                idle.start()
            }, configuration: configuration)
        idle.start()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await http.handle(value: value.http, logger: logger) }
            group.addTask {
                // A handler that waits for something else learns in this way that its client is gone.
                try? await value.channel.closeFuture.get()  // ignored: closed is closed
            }
            await group.next()
            group.cancelAll()
            value.channel.close(mode: .all, promise: nil)
        }
        idle.stop()
    }
}

/// Closes a connection on which nothing is under way for too long.
private final class IdleCut: Sendable {
    private let channel: any Channel
    private let limit: Duration
    private let cut = Mutex<ChannelCut?>(nil)

    init(_ channel: any Channel, after limit: Duration) { (self.channel, self.limit) = (channel, limit) }

    func start() {
        let next = ChannelCut(channel, after: limit, mode: .all)
        cut.withLock { cut in
            cut?.cancel()
            cut = next
        }
    }

    func stop() { cut.withLock { $0.take() }?.cancel() }
}
