/// One request, checked when it is made, so that nothing in it can change the shape of what goes over the wire.
package struct HTTPRequest: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case delete = "DELETE"

        /// Whether a request may be sent again when a reused connection died without an answer (RFC 9110, 9.2.2).
        var isIdempotent: Bool { self != .post }
    }

    /// What is sent after the head; only POST and DELETE may carry one, and only POST a streamed one.
    package struct Body: Sendable, Hashable {
        enum Content: Sendable, Hashable {
            case bytes([UInt8])
            /// Handed over piece by piece; without a length it is sent in chunks.
            case streamed(lengthBytes: Int?)
        }

        let content: Content
        package let contentType: String

        package init(_ bytes: [UInt8], contentType: String) {
            (content, self.contentType) = (.bytes(bytes), contentType)
        }

        private init(_ content: Content, contentType: String) {
            (self.content, self.contentType) = (content, contentType)
        }

        /// A body for ``CurlClient/send(_:streaming:)``, of a known length or sent in chunks.
        package static func streamed(lengthBytes: Int? = nil, contentType: String) -> Body {
            Body(.streamed(lengthBytes: lengthBytes), contentType: contentType)
        }

        /// None for a streamed body.
        package var bytes: [UInt8] {
            switch content {
            case .bytes(let bytes): bytes
            case .streamed: []
            }
        }

        /// `nil` for a streamed body of unknown length.
        var lengthBytes: Int? {
            switch content {
            case .bytes(let bytes): bytes.count
            case .streamed(let lengthBytes): lengthBytes
            }
        }

        var isStreamed: Bool {
            switch content {
            case .bytes: false
            case .streamed: true
            }
        }
    }

    /// How long a request may take; each is counted on the monotonic clock.
    package struct Timeouts: Sendable, Hashable {
        /// From the call until the server has taken the connection: a Unix socket waits here while its backlog is full;
        /// over TCP the name's resolution and the TLS handshake count too.
        package let connect: Duration
        /// From the call until the last byte of the body, or until the raw stream is open; `nil` is no limit.
        package let total: Duration?
        /// Between two bytes in either direction, the wait for the answer included; `nil` is no limit.
        ///
        /// It rests while a streamed body waits for our side.
        package let idle: Duration?

        package init(connect: Duration = .seconds(5), total: Duration? = nil, idle: Duration? = nil) {
            (self.connect, self.total, self.idle) = (connect, total, idle)
        }
    }

    /// Longest body of an answer unless the request says otherwise: 8 MiB.
    package static let defaultBodyCapBytes = 8 << 20

    package let method: Method
    /// Path and query, percent-encoded, beginning with `/`.
    package let target: String
    package let headers: HTTPHeaders
    package let body: Body?
    package let timeouts: Timeouts
    /// Longest body of the answer, 0 or more; one byte more is ``HTTPClientError/bodyTooLarge(capBytes:)``.
    package let bodyCapBytes: Int
    /// Whether it must not use a kept connection: one that still answers says nothing of whether the server takes others.
    package let needsNewConnection: Bool

    /// Checks the parts.
    ///
    /// - Throws: ``HTTPClientError/invalidRequest(detail:)`` naming the first wrong part, never its value.
    package init(
        _ method: Method, _ target: String, headers: HTTPHeaders = [:], body: Body? = nil,
        timeouts: Timeouts = Timeouts(), bodyCapBytes: Int = HTTPRequest.defaultBodyCapBytes,
        needsNewConnection: Bool = false
    ) throws(HTTPClientError) {
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy(Self.isTargetByte) else {
            throw .invalidRequest(detail: "its target must begin with / and be percent-encoded")
        }
        guard body == nil || method == .post || method == .delete else {
            throw .invalidRequest(detail: "\(method.rawValue) carries no body")
        }
        guard body?.isStreamed != true || method == .post else {
            throw .invalidRequest(detail: "\(method.rawValue) carries no streamed body")
        }
        guard (body?.lengthBytes ?? 0) >= 0 else { throw .invalidRequest(detail: "its body's length is below 0") }
        guard bodyCapBytes >= 0 else { throw .invalidRequest(detail: "its body cap is below 0") }
        var fields = headers.fields
        if let body { fields.append(HTTPHeaders.Field(name: "Content-Type", value: body.contentType)) }
        for (index, field) in fields.enumerated() {
            guard Self.isToken(field.name), field.value.utf8.allSatisfy(Self.isFieldByte) else {
                throw .invalidRequest(detail: "its header \(index + 1) is malformed")
            }
            guard index == headers.fields.count || !Self.ownHeaders.contains(field.name.lowercased()) else {
                throw .invalidRequest(detail: "its header \(field.name) is set by the client itself")
            }
        }
        (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
        (self.timeouts, self.bodyCapBytes, self.needsNewConnection) = (timeouts, bodyCapBytes, needsNewConnection)
    }

    /// Refuses a streamed body where nothing streams it.
    func checkWhole() throws(HTTPClientError) {
        guard body?.isStreamed != true else { throw .invalidRequest(detail: "its body needs a source") }
    }

    /// Fields that frame the message or choose the connection.
    private static let ownHeaders: Set<String> = [
        "connection", "content-length", "content-type", "expect", "host", "te", "transfer-encoding", "upgrade",
    ]

    /// Printable ASCII without `#`, which would start a fragment and be cut off.
    private static func isTargetByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "#")
    }

    /// Anything but control characters, a tab excepted (RFC 9110, 5.5).
    private static func isFieldByte(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7F) || byte == 0x09 }

    /// A field name as RFC 9110, 5.6.2 has it.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
