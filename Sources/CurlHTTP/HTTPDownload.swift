/// An answer whose body is read piece by piece, by one task; the server is held back while nobody reads.
///
/// A download that is dropped ends its transfer.
package final class HTTPDownload: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    package let head: HTTPResponseHead

    private let client: CurlClient
    private let id: ConversationID
    let pipe: DownloadPipe

    init(head: HTTPResponseHead, client: CurlClient, id: ConversationID, pipe: DownloadPipe) {
        (self.head, self.client, self.id, self.pipe) = (head, client, id, pipe)
    }

    deinit { cancel() }

    /// The next bytes, never none, at most ``maxPieceBytes``; `nil` once the whole body was read.
    ///
    /// Cancelling the task that waits ends the transfer.
    ///
    /// - Throws: `CancellationError` after that and after ``cancel()``; else an ``HTTPClientError``, after all bytes
    ///   that came before it.
    package func read() async throws -> [UInt8]? {
        let bytes = try await withTaskCancellationHandler {
            try await pipe.read()
        } onCancel: {
            cancel()
        }
        if pipe.takeResumption() { client.mailbox.post(.flush(id)) }
        return bytes
    }

    /// Ends the transfer and closes its connection; changes nothing once the body has arrived.
    package func cancel() {
        if !pipe.hasEnded { client.mailbox.post(.cancel(id)) }
    }

    /// Longest piece: the bound, and the piece of libcurl's, 16 KiB, that went beyond it.
    package static let maxPieceBytes = DownloadPipe.boundBytes + (16 << 10)

    package struct AsyncIterator: AsyncIteratorProtocol {
        let download: HTTPDownload

        package mutating func next() async throws -> [UInt8]? { try await download.read() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(download: self) }
}
