/// What the users' side asks of the loop; the results come back through what the command carries.
enum CurlCommand: Sendable {
    case start(ConversationID, HTTPRequest, TransferEnds)
    case upgrade(ConversationID, HTTPRequest.Timeouts, RawStreamPipe, opened: OneShot<HTTPResponseHead>)
    /// A pipe has bytes to send, or room for what comes.
    case flush(ConversationID)
    /// Nobody wants it any more: whoever still waits gets `CancellationError`; changes nothing once it is over.
    case cancel(ConversationID)
    case shutDown
}
