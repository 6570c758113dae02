extension CurlClient {
    /// Sends a request whose body comes from `source` piece by piece, and waits for the whole answer.
    ///
    /// At most 1 MiB and one piece of the body wait here; `source` is not asked for more before they are sent. The
    /// request always has a connection of its own. An answer of status 400 or more ends the upload early.
    ///
    /// Cancelling the task, or an error of `source`, ends the transfer and closes its connection: the server sees that the
    /// body was cut. `source` must end when its task is cancelled.
    ///
    /// - Throws: what `source` throws; `CancellationError`; else an ``HTTPClientError``, such as
    ///   ``HTTPClientError/uploadCutShort(status:body:)``.
    package func send<Source: AsyncSequence & Sendable>(
        _ request: HTTPRequest, streaming source: Source
    ) async throws -> HTTPResponse where Source.Element == [UInt8] {
        guard let body = request.body, case .streamed(let lengthBytes) = body.content else {
            throw HTTPClientError.invalidRequest(detail: "it has no streamed body")
        }
        let (id, pipe) = (mailbox.newID(), UploadPipe())
        return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
            group.addTask {
                try await pipe.fill(from: source, lengthBytes: lengthBytes) { self.mailbox.post(.flush(id)) }
                return nil
            }
            group.addTask {
                defer { pipe.close() }
                let exchange = try await self.open(request, id: id, upload: pipe)
                return HTTPResponse(head: exchange.head, body: try await exchange.body())
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    /// Sends a request and hands out the body of the answer piece by piece, as its reader takes it.
    ///
    /// The request's body cap and total timeout count for the whole body; the idle timeout rests while the reader holds
    /// the server back.
    ///
    /// - Throws: `CancellationError`, and the transfer is over then; else an ``HTTPClientError``.
    package func download(_ request: HTTPRequest) async throws -> HTTPDownload {
        try request.checkWhole()
        let (id, pipe) = (mailbox.newID(), DownloadPipe())
        let ends = TransferEnds(upload: nil, sink: .pieces(pipe))
        let head = try await head(ends.head, of: id, .start(id, request, ends))
        return HTTPDownload(head: head, client: self, id: id, pipe: pipe)
    }
}
