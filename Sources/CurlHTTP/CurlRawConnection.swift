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
    /// Most bytes moved in one direction before the other connections get their turn.
    private static let bytesPerTurn = 512 << 10

    let easy: CurlEasyHandle
    let opener: UnixSocketOpener
    var deadlines: Deadlines
    /// The socket, once it is connected.
    private(set) var socket: curl_socket_t?
    /// Whether the socket had no room for all there is to send.
    private(set) var waitsForRoom = false

    private let pipe: RawStreamPipe
    private let opened: OneShot<HTTPResponseHead>
    private var phase = Phase.handshaking(UpgradeHandshake())
    /// What was taken from the pipe, and how much of it the socket took.
    private var sending: [UInt8] = []
    private var sentBytes = 0

    /// Sets up the handle, which is not yet in the loop's hands; the pipe begins with the request's bytes.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``; nobody has been told then.
    init(
        id: ConversationID, timeouts: HTTPRequest.Timeouts, path: String, now: Deadlines.Instant,
        pipe: RawStreamPipe, opened: OneShot<HTTPResponseHead>
    ) throws(HTTPClientError) {
        easy = try CurlEasyHandle(id: id)
        opener = UnixSocketOpener(path: path)
        let total = timeouts.total ?? Self.handshakeLimit
        deadlines = Deadlines(.init(connect: timeouts.connect, total: total, idle: timeouts.idle), startedAt: now)
        (self.pipe, self.opened) = (pipe, opened)
        try easy.configureConnection(to: "/", through: opener)
        try easy.set(CURLOPT_CONNECT_ONLY, 1)
    }

    /// Notes that the connection is there; `false` if libcurl has no socket for it.
    func connected() -> Bool {
        socket = easy.socket
        return socket != nil
    }

    /// Moves what the socket holds into the pipe; answers how the stream ended, or else whether more may be there.
    func receive(using buffer: inout [UInt8]) -> (end: RawStreamEnd?, hasMore: Bool) {
        var moved = 0
        while moved < Self.bytesPerTurn {
            switch easy.receive(into: &buffer) {
            case .bytes(let count):
                moved += count
                if let end = take(buffer[..<count]) { return (end, false) }
            case .wouldBlock: return (nil, false)
            case .endOfFile: return (.endOfFile, false)
            case .failed: return (.failed(.connectionClosed), false)
            }
        }
        return (nil, true)
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
