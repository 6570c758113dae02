import CCurl

/// One connection that becomes a raw stream: connected by libcurl, upgraded by us, then moved byte by byte.
///
/// Threading: the loop's thread only.
final class CurlRawConnection: CurlConversation {
    private enum Phase {
        case handshaking(UpgradeHandshake)
        case open
    }

    /// Longest handshake unless the request has a total timeout: 10 s.
    static let handshakeLimit = Duration.seconds(10)
    /// Most bytes sent before the other connections get their turn.
    private static let bytesPerTurn = 512 << 10
    /// How often the loop's buffer may be filled before they do.
    private static let readsPerTurn = 8

    let easy: CurlEasyHandle
    let connector: CurlConnector
    var deadlines: Deadlines
    let wantsResume = false
    /// The socket, once it is connected.
    private(set) var socket: curl_socket_t?
    /// Whether the socket had no room for all there is to send.
    private(set) var waitsForRoom = false
    /// Whether bytes may be there that the socket does not show: the last turn ended before they did.
    private(set) var mayHoldBytes = false

    private let pipe: RawStreamPipe
    private let opened: OneShot<HTTPResponseHead>
    private var phase = Phase.handshaking(UpgradeHandshake())
    /// What was taken from the pipe, and how much of it the socket took.
    ///
    /// It stays as it is until all is sent: OpenSSL wants the same bytes again, at the same place, where it had no room.
    private var sending: [UInt8] = []
    private var sentBytes = 0

    /// Sets up the handle, which is not yet in the loop's hands; the pipe begins with the request's bytes.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``; nobody has been told then.
    init(
        id: ConversationID, timeouts: HTTPRequest.Timeouts, endpoint: CurlClient.Endpoint, now: Deadlines.Instant,
        pipe: RawStreamPipe, opened: OneShot<HTTPResponseHead>
    ) throws(HTTPClientError) {
        easy = try CurlEasyHandle(id: id)
        connector = CurlConnector(endpoint: endpoint)
        let total = timeouts.total ?? Self.handshakeLimit
        deadlines = Deadlines(.init(connect: timeouts.connect, total: total, idle: timeouts.idle), startedAt: now)
        (self.pipe, self.opened) = (pipe, opened)
        try connector.configure(easy, target: "/", connectLimit: timeouts.connect)
        try easy.set(CURLOPT_CONNECT_ONLY, 1)
    }

    /// Notes that the connection is there; `false` if libcurl has no socket for it.
    func connected() -> Bool {
        socket = easy.socket
        return socket != nil
    }

    /// Moves what the socket holds into the pipe, at most one turn's worth; answers how the stream ended, if it did.
    func receive(using buffer: inout [UInt8]) -> RawStreamEnd? {
        var moved = 0
        mayHoldBytes = false
        while moved < Self.readsPerTurn * buffer.count {
            switch easy.receive(into: &buffer) {
            case .bytes(let count):
                moved += count
                if let end = take(buffer[..<count]) { return end }
            case .wouldBlock: return nil
            case .endOfFile: return .endOfFile
            case .failed: return .failed(connector.connectionLoss)
            }
        }
        mayHoldBytes = true
        return nil
    }

    /// Gives the socket what the pipe holds, as far as there is room; `false` once the connection takes no more.
    func send() -> Bool {
        var moved = 0
        while true {
            if sentBytes == sending.count { (sending, sentBytes) = (pipe.takeOutbound(), 0) }
            waitsForRoom = !sending.isEmpty
            guard waitsForRoom, moved < Self.bytesPerTurn else { return true }
            guard let count = easy.send(sending[sentBytes...]) else { return false }
            guard count > 0 else { return true }
            moved += count
            sentBytes += count
            deadlines.sawBytes(at: Deadlines.now)
            pipe.didSend(count)
        }
    }

    /// Tells whoever waits; the handle is out of the loop's hands by now.
    func end(_ end: RawStreamEnd) {
        switch phase {
        case .open: pipe.end(end)
        case .handshaking(let handshake): opened.settle(.failure(handshake.cutShort(by: end.writeFailure)))
        }
    }

    func finish(_ result: CURLcode) {
        end(.failed(result == CURLE_OK ? .connectionClosed : failure(for: result)))
    }

    func fail(_ failure: any Error) {
        guard let failure = failure as? HTTPClientError else {
            opened.settle(.failure(failure))
            return pipe.end(.closed)
        }
        end(.failed(failure))
    }

    private func take(_ bytes: ArraySlice<UInt8>) -> RawStreamEnd? {
        guard case .handshaking(var handshake) = phase else { return pipe.deliver(bytes) }
        deadlines.sawBytes(at: Deadlines.now)
        do {
            let completed = try handshake.receive(Array(bytes))
            phase = .handshaking(handshake)
            guard let completed else { return nil }
            phase = .open
            // From here on every wait is its user's business.
            deadlines = Deadlines(.init(), startedAt: Deadlines.now)
            let end = pipe.deliver(completed.rest[...])
            opened.settle(.success(completed.head))
            return end
        } catch {
            return .failed(error)
        }
    }
}
