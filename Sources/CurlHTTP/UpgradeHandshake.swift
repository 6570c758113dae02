/// The client's side of an HTTP/1.1 upgrade, from pieces cut anywhere, and nothing else: no socket, no clock.
///
/// 101 opens the stream, and so does a 200 with one of Docker's raw stream types and no framing of its own (Engine API,
/// "Attach to a container": what it answers when the client's wish to upgrade got lost on the way).
struct UpgradeHandshake: Sendable {
    private enum State: Sendable {
        case readingHead(ResponseHeadParser)
        case readingRefusal(status: Int, RefusalBody)
    }

    private static let rawStreamTypes: Set<String> = [
        "application/vnd.docker.raw-stream", "application/vnd.docker.multiplexed-stream",
    ]

    private var state = State.readingHead(ResponseHeadParser())

    /// The head, and the body if there is one, as it goes over the wire.
    static func bytes(of request: HTTPRequest, host: String) -> [UInt8] {
        var lines = [
            "\(request.method.rawValue) \(request.target) HTTP/1.1", "Host: \(host)", "Connection: Upgrade",
            "Upgrade: tcp",
        ]
        lines += request.headers.fields.map { "\($0.name): \($0.value)" }
        if let body = request.body { lines.append("Content-Type: \(body.contentType)") }
        if request.method == .post || request.body != nil {
            lines.append("Content-Length: \(request.body?.bytes.count ?? 0)")
        }
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return Array(head.utf8) + (request.body?.bytes ?? [])
    }

    /// Takes the next piece; answers the head, with the stream's first bytes, once the stream is open.
    ///
    /// - Throws: ``HTTPClientError/upgradeRefused(status:body:)`` once all of a refusal is there, or
    ///   ``HTTPClientError/protocolViolation(detail:)``.
    mutating func receive(_ bytes: [UInt8]) throws(HTTPClientError) -> ResponseHeadParser.Completed? {
        switch state {
        case .readingHead(var parser):
            let completed = try parser.receive(bytes)
            state = .readingHead(parser)
            guard let completed else { return nil }
            if Self.opensStream(completed.head) { return completed }
            state = .readingRefusal(status: completed.head.status, RefusalBody(head: completed.head))
            return try receive(completed.rest)
        case .readingRefusal(let status, var body):
            body.receive(bytes)
            state = .readingRefusal(status: status, body)
            guard body.isComplete else { return nil }
            throw .upgradeRefused(status: status, body: body.bytes)
        }
    }

    /// What to report when nothing more comes because of `failure`: a refusal whose status is known says more.
    func cutShort(by failure: HTTPClientError) -> HTTPClientError {
        switch state {
        case .readingHead: failure
        case .readingRefusal(let status, let body): .upgradeRefused(status: status, body: body.bytes)
        }
    }

    private static func opensStream(_ head: HTTPResponseHead) -> Bool {
        guard head.status != 101 else { return true }
        // With a length or chunks it is an ordinary answer of that type, such as a container's log.
        guard head.status == 200, head.headers["Content-Length"] == nil, head.headers["Transfer-Encoding"] == nil,
            let type = head.headers["Content-Type"]?.split(separator: ";").first
        else { return false }
        return rawStreamTypes.contains(String(type))
    }
}
