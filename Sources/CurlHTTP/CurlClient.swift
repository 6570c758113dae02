/// Speaks HTTP/1.1 to one server over libcurl: requests, answers that come in two parts, and raw upgraded streams.
///
/// It moves bytes and keeps limits. It knows no API, repeats nothing but an idempotent request on a connection that
/// died unanswered, follows no redirect, uses no proxy, and reads no environment or configuration (what libcurl and
/// OpenSSL read on their own for TLS, `SSLKEYLOGFILE` and `OPENSSL_CONF`, is theirs).
///
/// Threading: one thread of its own does all the work and alone touches libcurl; nothing here blocks a caller's thread.
///
/// Life: call ``shutdown()`` when done. A client that is dropped instead ends its thread by itself, some time later;
/// its exchanges and streams keep it alive until then.
package final class CurlClient: Sendable {
    /// Most bytes that may wait unread in a raw stream unless its user says otherwise: 2 MiB.
    package static let defaultInboundBoundBytes = 2 << 20
    /// Most bytes read from a raw stream in one call: 64 KiB.
    static let rawReadBytes = 64 << 10

    let endpoint: Endpoint
    let mailbox: CurlMailbox
    private let ended = OneShot<Void>()

    /// Starts the thread; nothing is connected before the first request.
    ///
    /// - Throws: ``HTTPClientError/connectFailed(address:reason:)`` for what nothing can be connected to, or
    ///   ``HTTPClientError/internalFault(detail:)``.
    package convenience init(endpoint: Endpoint) throws(HTTPClientError) {
        try self.init(endpoint: endpoint, rawReadBytes: Self.rawReadBytes)
    }

    init(endpoint: Endpoint, rawReadBytes: Int) throws(HTTPClientError) {
        try endpoint.check()
        self.endpoint = endpoint
        let multi = try CurlMultiHandle()
        mailbox = CurlMailbox(multi: multi)
        do throws(HTTPClientError) {
            try CurlThread.start { [mailbox, ended] in
                CurlLoop(multi: multi, mailbox: mailbox, endpoint: endpoint, rawReadBytes: rawReadBytes).run()
                ended.settle(.success(()))
            }
        } catch {
            _ = mailbox.close()
            multi.cleanUp()
            throw error
        }
    }

    deinit { mailbox.post(.shutDown) }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// Cancelling the task ends the transfer and closes its connection.
    ///
    /// - Throws: `CancellationError`, else an ``HTTPClientError``.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let exchange = try await open(request)
        return HTTPResponse(head: exchange.head, body: try await exchange.body())
    }

    /// Sends a request and waits for the head of the answer only.
    ///
    /// The request's total and idle timeouts go on counting while the body comes.
    ///
    /// - Throws: `CancellationError`, and the transfer is over then; else an ``HTTPClientError``.
    package func open(_ request: HTTPRequest) async throws -> HTTPExchange {
        try request.checkWhole()
        return try await open(request, id: mailbox.newID(), upload: nil)
    }

    /// The same for a body that comes through a pipe.
    func open(_ request: HTTPRequest, id: ConversationID, upload: UploadPipe?) async throws -> HTTPExchange {
        let body = OneShot<[UInt8]>()
        let ends = TransferEnds(upload: upload, sink: .whole(body))
        let head = try await head(ends.head, of: id, .start(id, request, ends))
        return HTTPExchange(head: head, client: self, id: id, received: body)
    }

    /// Makes a connection of its own and turns it into a raw stream by an HTTP/1.1 upgrade to `tcp`.
    ///
    /// The request's timeouts count until the stream is open, its body cap does not count; the total is 10 s by
    /// default.
    ///
    /// - Throws: `CancellationError`, and the connection is closed then; else an ``HTTPClientError``, such as
    ///   ``HTTPClientError/upgradeRefused(status:body:)``.
    package func upgrade(
        _ request: HTTPRequest, inboundBoundBytes: Int = CurlClient.defaultInboundBoundBytes
    ) async throws -> RawStream {
        try request.checkWhole()
        let id = mailbox.newID()
        let first = UpgradeHandshake.bytes(of: request, host: endpoint.authority)
        let pipe = RawStreamPipe(inboundBoundBytes: inboundBoundBytes, sendingFirst: first)
        let opened = OneShot<HTTPResponseHead>()
        let head = try await head(opened, of: id, .upgrade(id, request.timeouts, pipe, opened: opened))
        return RawStream(head: head, client: self, id: id, pipe: pipe)
    }

    /// Ends the thread and waits for it.
    ///
    /// What is under way fails with ``HTTPClientError/shutDown``, as does all that comes after. A second call waits
    /// too. Cancelling changes nothing: the thread never blocks, so this is soon over.
    package func shutdown() async {
        mailbox.post(.shutDown)
        _ = await ended.result
    }
}
