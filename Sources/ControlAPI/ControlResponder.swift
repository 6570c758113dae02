import ControlWire
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import Ports
import ServiceLifecycle

/// From a request to its answer: who asks, which route it is, and what becomes of an error.
struct ControlResponder: Sendable {
    /// The connection is of no more use, although its answer may have been written.
    struct ConnectionOver: Error {}

    let table: RouteTable
    let actors: ControlActors
    let bounds: ControlBounds
    let ids: any IDSource
    let activity: (any Activity)?
    let logger: Logger

    @concurrent func respond(
        to request: Request, from peer: PeerCredentials?, on channel: any Channel, _ writer: consuming ResponseWriter
    ) async throws {
        let id = ids.makeSuffix()
        let isServed = activity?.begin() ?? true
        defer { if isServed { activity?.end() } }
        var logger = logger
        logger[metadataKey: "request"] = "\(id)"
        let body = ControlBody(
            request.body, length: Self.bodyLength(request.head), channel: channel, pieceLimit: bounds.pieceOfBody)
        var answer: ControlAnswer
        var isOver = false
        do {
            guard let actor = actors.actor(of: peer) else {
                isOver = true
                throw ControlAPIError.foreignPeer(uid: peer?.uid)
            }
            guard isServed else { throw ControlAPIError.stopping }
            if await body.isUnread, request.head.headerFields[.expect]?.lowercased() == "100-continue" {
                // The client waits for this, a second or longer, before it sends its body.
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            answer = try await self.answer(to: request, by: actor, body, id, logger)
        } catch {
            answer = self.answer(for: await body.failure ?? error, id: id, logger)
        }
        answer.headers.append((ControlWire.requestHeader, id))
        // Whoever is still sending is not listened to for long: the connection ends with this answer.
        let isUnread = await body.isUnread
        if isOver || isUnread { answer.headers.append(("Connection", "close")) }
        try await write(answer, to: writer, on: channel, logger)
        if isUnread { _ = await body.drain(bounds) }
        if isOver || isUnread { throw ConnectionOver() }
    }

    private func answer(
        to request: Request, by actor: ControlActor, _ body: ControlBody, _ id: String, _ logger: Logger
    ) async throws -> ControlAnswer {
        let target = try RequestTarget(request.head.path ?? "")
        let method = request.head.method.rawValue
        let (route, parameters) = try table.find(method, target.segments)
        if let unknown = target.query.keys.sorted().first(where: { !route.query.contains($0) }) {
            throw ControlAPIError.unknownParameter(name: unknown, known: route.query)
        }
        logger.debug("request", metadata: ["method": "\(method)", "path": "\(route.path)", "actor": "\(actor)"])
        let asked = ControlRequest(
            id: id, actor: actor, method: method, path: "/" + target.segments.joined(separator: "/"),
            parameters: parameters, query: target.query, body: body, bounds: bounds, logger: logger)
        guard route.kind == .long else { return try await route.handler(asked) }
        var answer = try await cancelWhenGracefulShutdown { try await route.handler(asked) }
        answer.isLong = true
        return answer
    }

    /// An error as an answer; told in the log once, with the same id.
    private func answer(for error: any Error, id: String, _ logger: Logger) -> ControlAnswer {
        let told: any UserFacingError =
            switch error {
            case let error as any UserFacingError: error
            case is CancellationError: ControlAPIError.stopping
            default: UnforeseenFault()
            }
        let status = ErrorStatus.status(of: told.code)
        // A stop, and a client that has gone, are nobody's fault.
        let level: Logger.Level = status >= 500 && told.code != .daemonStopping ? .error : .info
        logger.log(
            level: level, "request refused",
            metadata: [
                "error.code": "\(told.code.rawValue)", "error": "\(told.message)", "cause": "\(type(of: error))",
            ])
        let content = ErrorBody.Content(
            code: .known(told.code), message: told.message, remedy: told.remedy, id: id)
        do {
            return try ControlAnswer.json(ErrorBody(content), status: status)
        } catch {
            return ControlAnswer(status: 500, contentType: "text/plain", body: .bytes([]))
        }
    }

    @concurrent private func write(
        _ answer: ControlAnswer, to writer: consuming ResponseWriter, on channel: any Channel, _ logger: Logger
    ) async throws {
        var head = HTTPResponse(status: .init(code: answer.status))
        head.headerFields[.contentType] = answer.contentType
        head.headerFields[.cacheControl] = "no-store"
        for (name, value) in answer.headers {
            if let name = HTTPFields.Element.Name(name) { head.headerFields[name] = value }
        }
        if case .bytes(let bytes) = answer.body {
            head.headerFields[.contentLength] = "\(bytes.count)"
            guard bytes.count > bounds.pieceBytes else {
                return try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            }
        }
        let out: any ResponseBodyWriter = try await writer.writeHead(head)
        do {
            try await withGracefulShutdownHandler {
                let pieces = ControlWriter(out, channel: channel, bounds: bounds)
                switch answer.body {
                case .bytes(let bytes): try await pieces.write(bytes)
                case .stream(let body): try await body(pieces)
                }
            } onGracefulShutdown: {
                if answer.isLong { channel.close(mode: .all, promise: nil) }
            }
        } catch {
            // No last piece: the client must not take what it has for all there is.
            logger.info("answer cut", metadata: ["cause": "\(type(of: error))"])
            throw ConnectionOver()
        }
        try await out.finish(nil)
    }

    private static func bodyLength(_ head: HTTPRequest) -> ControlBody.BodyLength {
        if head.headerFields[.transferEncoding] != nil { return .unknown }
        guard let text = head.headerFields[.contentLength], let count = Int64(text) else { return .none }
        return .bytes(count)
    }
}

/// An error that no part of the daemon has words for.
private struct UnforeseenFault: UserFacingError {
    var code: ErrorCode { .internalFault }
    var message: String { "Something failed in the daemon that never should." }
    var remedy: String? { "Look for the id in the daemon's log, and report this." }
}
