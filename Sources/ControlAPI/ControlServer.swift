import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import Model
import NIOCore
package import Ports
import ServiceLifecycle
import Synchronization

/// Serves the control API on one Unix socket, and nowhere else.
///
/// Begin it only as the holder of the data folder's lock: a socket file that stands there is then a dead daemon's.
///
/// Life: it listens from soon after ``run()`` until a graceful shutdown; then it takes no more connections, short requests end, long
/// ones are ended, and the socket's file goes.
package final class ControlServer: Service {
    private let place: String
    private let responder: ControlResponder
    private let logger: Logger
    private let whenListening: @Sendable () async -> Void

    /// - Parameters:
    ///   - path: of the socket; absolute, at most 107 bytes.
    ///   - ids: for the ids of requests.
    ///   - activity: told of each request, and says whether it may still be served.
    ///   - whenListening: called once, when clients can connect.
    package init(
        path: String, routes: [any RouteGroup], bounds: ControlBounds = ControlBounds(), ids: any IDSource,
        activity: (any Activity)? = nil, logger: Logger, whenListening: @escaping @Sendable () async -> Void = {}
    ) {
        place = path
        responder = ControlResponder(
            table: RouteTable(routes), actors: ControlActors(), bounds: bounds, ids: ids, activity: activity,
            logger: logger)
        (self.logger, self.whenListening) = (logger, whenListening)
    }

    /// - Throws: ``ControlAPIError`` if the socket cannot be made; then nothing has listened.
    package func run() async throws {
        let place = try SocketPlace(place)
        defer { place.close() }
        let published = Mutex<Result<SocketPlace.Identity?, ControlAPIError>?>(nil)
        let remove = { @Sendable in
            let identity = published.withLock { try? $0?.get() }  // ignored: not published, nothing to remove
            if let identity { place.remove(identity) }
        }
        let server = Server(
            childChannelSetup: ControlChannel(responder),
            configuration: ServerConfiguration(
                address: .unixDomainSocket(path: place.bindPath),
                availableConnectionsDelegate: .maximum(responder.bounds.connections, logger: logger)),
            onServerRunning: { [whenListening] channel in
                let result = Result { () throws(ControlAPIError) in try place.publish() }
                published.withLock { $0 = result }
                place.clear()
                guard case .success = result else { return channel.close(promise: nil) }
                await whenListening()
            },
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup, logger: Self.quiet(logger))
        do {
            try await withGracefulShutdownHandler {
                try await server.run()
            } onGracefulShutdown: {
                // First: whoever comes now is to find no daemon rather than one that does not answer.
                remove()
            }
        } catch {
            remove()
            guard published.withLock({ $0 == nil }) else { throw error }
            place.clear()
            throw ControlAPIError.socketUnusable(path: self.place, reason: "\(error)")
        }
        remove()
        if case .failure(let error) = published.withLock({ $0 }) { throw error }
    }

    /// The library's own words are for its developers.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
