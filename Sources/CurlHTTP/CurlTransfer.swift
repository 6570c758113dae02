import CCurl
import Glibc

/// One request on its way and the answer as far as it has come.
///
/// Threading: the loop's thread only; libcurl's callbacks run there too.
final class CurlTransfer: CurlConversation {
    /// What becomes of a piece of the body that libcurl offers.
    enum Receipt {
        case taken
        /// Not now: libcurl keeps it and offers it again.
        case later
        case stop
    }

    let easy: CurlEasyHandle
    let connector: CurlConnector
    var deadlines: Deadlines
    private(set) var wantsResume = false

    private let request: HTTPRequest
    private let ends: TransferEnds
    private var parser = ResponseHeadParser()
    private var head: HTTPResponseHead?
    private var received: [UInt8] = []
    private var receivedBytes = 0
    private var sentBytes = 0
    private var hasSentBody = false
    private var sentRequests = 0
    /// Why a callback stopped libcurl.
    private var failure: HTTPClientError?

    /// Sets up the handle, which is not yet in the loop's hands.
    ///
    /// - Throws: ``HTTPClientError/internalFault(detail:)``; nobody has been told then.
    init(
        id: ConversationID, request: HTTPRequest, endpoint: CurlClient.Endpoint, now: Deadlines.Instant,
        ends: TransferEnds
    ) throws(HTTPClientError) {
        easy = try CurlEasyHandle(id: id)
        connector = CurlConnector(endpoint: endpoint)
        deadlines = Deadlines(request.timeouts, startedAt: now)
        (self.request, self.ends) = (request, ends)
        try connector.configure(easy, target: request.target, connectLimit: request.timeouts.connect)
        try easy.configure(request)
        try installCallbacks()
    }

    func finish(_ result: CURLcode) {
        if let failure {
            fail(failure)
        } else if result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR, let head, ends.upload != nil, !hasSentBody {
            fail(HTTPClientError.uploadCutShort(status: head.status, body: received))
        } else if result == CURLE_OUT_OF_MEMORY, head == nil {
            // What libcurl says of a line of the head over its own bound, 100 KiB, before it shows any of it.
            fail(ResponseHeadParser.tooLong)
        } else if result != CURLE_OK {
            fail(self.failure(for: result))
        } else if head == nil {
            fail(HTTPClientError.connectionClosed)  // libcurl takes half a head for an answer without a body
        } else {
            ends.upload?.close()
            switch ends.sink {
            case .whole(let body): body.settle(.success(received))
            case .pieces(let pipe): pipe.end(.success(()))
            }
        }
    }

    func fail(_ failure: any Error) { ends.fail(failure) }

    /// Lets libcurl go on with what a pipe had held back.
    func resume() -> CURLcode {
        wantsResume = false
        deadlines.releases(at: Deadlines.now)
        return easy.resume()
    }

    /// Takes one line of the head, or of a trailer, which is skipped.
    func receiveHeadLine(_ line: UnsafeRawBufferPointer) -> Bool {
        sawBytes()
        guard head == nil else { return true }
        do throws(HTTPClientError) {
            guard let completed = try parser.receive(unsafe Array(line)) else { return true }
            guard completed.head.status != 101 else {
                throw HTTPClientError.protocolViolation(detail: "it switches protocols unasked")
            }
            head = completed.head
            ends.head.settle(.success(completed.head))
            // libcurl stops sending at an error, but a body that is held back then would hold up the answer.
            wantsResume = ends.upload != nil
            return true
        } catch {
            failure = error
            return false
        }
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Receipt {
        sawBytes()
        guard bytes.count <= request.bodyCapBytes - receivedBytes else {
            failure = .bodyTooLarge(capBytes: request.bodyCapBytes)
            return .stop
        }
        switch ends.sink {
        case .whole: unsafe received.append(contentsOf: bytes)
        case .pieces(let pipe):
            guard pipe.hasRoom() else {
                deadlines.holds()
                return .later
            }
            pipe.deliver(unsafe Array(bytes))
        }
        receivedBytes += bytes.count
        return .taken
    }

    /// Fills `buffer` with what follows of the request's body.
    func sendBody(into buffer: UnsafeMutableRawBufferPointer) -> UploadPipe.Taken {
        sawBytes()
        if let pipe = ends.upload {
            let taken = unsafe pipe.take(into: buffer)
            switch taken {
            case .bytes(let count): sentBytes += count
            case .nothingYet: deadlines.holds()
            case .end: break
            }
            hasSentBody = taken == .end || request.body?.lengthBytes == sentBytes
            return taken
        }
        guard let bytes = request.body?.bytes[sentBytes...].prefix(buffer.count) else { return .end }
        unsafe buffer.copyBytes(from: bytes)
        sentBytes += bytes.count
        return .bytes(bytes.count)
    }

    /// Goes back in the request's body, when libcurl has to send it once more.
    func seekBody(to offset: Int) -> Bool {
        guard ends.upload == nil, let body = request.body, (0...body.bytes.count).contains(offset) else { return false }
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
