/// An answer whose head is there and whose body may still be coming.
///
/// An exchange that is dropped ends its transfer, unless the body has arrived.
package final class HTTPExchange: Sendable {
    package let head: HTTPResponseHead

    private let client: CurlClient
    private let id: ConversationID
    private let received: OneShot<[UInt8]>

    init(head: HTTPResponseHead, client: CurlClient, id: ConversationID, received: OneShot<[UInt8]>) {
        (self.head, self.client, self.id, self.received) = (head, client, id, received)
    }

    deinit { cancel() }

    /// The whole body, once it is there; every call answers the same.
    ///
    /// Cancelling the task that waits ends the transfer, for other waiters too.
    ///
    /// - Throws: `CancellationError` after that and after ``cancel()``; else an ``HTTPClientError``.
    package func body() async throws -> [UInt8] {
        try await withTaskCancellationHandler {
            try await received.value
        } onCancel: {
            cancel()
        }
    }

    /// Ends the transfer and closes its connection; changes nothing once the body has arrived.
    package func cancel() {
        if !received.isSettled { client.mailbox.post(.cancel(id)) }
    }
}
