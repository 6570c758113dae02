import CCurl
import Glibc

/// One request on its way and the answer as far as it has come.
///
/// Threading: the loop's thread only; libcurl's callbacks run there too.
final class CurlTransfer: CurlConversation {
    let easy: CurlEasyHandle
    let opener: UnixSocketOpener
    var deadlines: Deadlines

    private let request: HTTPRequest
    private let head: OneShot<HTTPResponseHead>
    private let body: OneShot<[UInt8]>
    private var parser = ResponseHeadParser()
    private var hasHead = false
    private var received: [UInt8] = []
    private var sentBytes = 0
    private var sentRequests = 0
    /// Why a callback stopped libcurl.
    private var failure: HTTPClientError?

    /// Sets up the handle, which is not yet in the loop's hands.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``; nobody has been told then.
    init(
        id: ConversationID, request: HTTPRequest, path: String, now: Deadlines.Instant,
        head: OneShot<HTTPResponseHead>, body: OneShot<[UInt8]>
    ) throws(HTTPClientError) {
        easy = try CurlEasyHandle(id: id)
        opener = UnixSocketOpener(path: path)
        deadlines = Deadlines(request.timeouts, startedAt: now)
        (self.request, self.head, self.body) = (request, head, body)
        try easy.configureConnection(to: request.target, through: opener)
        try easy.configure(request)
        try installCallbacks()
    }

    func finish(_ result: CURLcode) {
        if let failure {
            fail(failure)
        } else if result != CURLE_OK {
            fail(self.failure(for: result))
        } else if !hasHead {
            fail(HTTPClientError.connectionClosed)  // libcurl takes half a head for an answer without a body
        } else {
            body.settle(.success(received))
        }
    }

    func fail(_ failure: any Error) {
        head.settle(.failure(failure))
        body.settle(.failure(failure))
    }

    /// Takes one line of the head, or of a trailer, which is skipped.
    func receiveHeadLine(_ line: UnsafeRawBufferPointer) -> Bool {
        sawBytes()
        guard !hasHead else { return true }
        do throws(HTTPClientError) {
            guard let completed = try parser.receive(unsafe Array(line)) else { return true }
            guard completed.head.status != 101 else {
                throw HTTPClientError.protocolViolation(detail: "it switches protocols unasked")
            }
            hasHead = true
            head.settle(.success(completed.head))
            return true
        } catch {
            failure = error
            return false
        }
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        sawBytes()
        guard bytes.count <= request.bodyCapBytes - received.count else {
            failure = .bodyTooLarge(capBytes: request.bodyCapBytes)
            return false
        }
        unsafe received.append(contentsOf: bytes)
        return true
    }

    /// Fills `buffer` with what follows of the request's body; answers how many bytes.
    func sendBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        sawBytes()
        guard let bytes = request.body?.bytes[sentBytes...].prefix(buffer.count) else { return 0 }
        unsafe buffer.copyBytes(from: bytes)
        sentBytes += bytes.count
        return bytes.count
    }

    /// Goes back in the request's body, when libcurl has to send it once more.
    func seekBody(to offset: Int) -> Bool {
        guard let body = request.body, (0...body.bytes.count).contains(offset) else { return false }
        sentBytes = offset
        return true
    }

    /// Whether the request may go out now.
    ///
    /// libcurl sends a request again when a reused connection dies without an answer. A POST may have been obeyed then.
    func mayBeSent() -> Bool {
        sentRequests += 1
        guard sentRequests > 1, !request.method.isIdempotent else { return true }
        failure = .connectionClosed
        return false
    }

    private func sawBytes() { deadlines.sawBytes(at: Deadlines.now) }
}
