/// The two directions of an upgraded connection, as raw bytes.
///
/// The socket is read as soon as it holds bytes, whether or not anybody calls ``read()``: a server that waits for its
/// reader may hang with it. An end of file ends both directions. A stream that is dropped is closed.
package final class RawStream: Sendable {
    /// What the server said when it opened the stream.
    package let head: HTTPResponseHead

    private let client: CurlClient
    private let id: ConversationID
    let pipe: RawStreamPipe

    init(head: HTTPResponseHead, client: CurlClient, id: ConversationID, pipe: RawStreamPipe) {
        (self.head, self.client, self.id, self.pipe) = (head, client, id, pipe)
    }

    deinit { close() }

    /// Everything that came since the last call, or else the next bytes; `nil` at the end and after ``close()``.
    ///
    /// One read at a time. Cancelling a read loses no byte and leaves the stream usable.
    ///
    /// - Throws: `CancellationError`; ``HTTPClientError/readerTooSlow(boundBytes:)``, and what was unread is lost then;
    ///   ``HTTPClientError/connectionClosed``, ``HTTPClientError/shutDown``.
    package func read() async throws -> [UInt8]? {
        try await pipe.read()
    }

    /// Queues `bytes` to be sent in the order of the calls; waits while more than 256 KiB is queued.
    ///
    /// A write is queued as a whole or, if it throws, not at all. That it returns does not mean that the server has it.
    ///
    /// - Throws: `CancellationError`, which leaves the stream usable; after the end
    ///   ``HTTPClientError/connectionClosed`` or what the stream failed with.
    package func write(_ bytes: [UInt8]) async throws {
        if try await pipe.write(bytes) { client.mailbox.post(.flush(id)) }
    }

    /// Ends the stream; a second call changes nothing.
    ///
    /// What the socket has no room for at this moment is not sent, a pending read answers `nil`, a pending write
    /// throws.
    package func close() {
        pipe.end(.closed)
        client.mailbox.post(.cancel(id))
    }
}
