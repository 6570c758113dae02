/// Something that happens once, and one task that waits for it.
package struct Latch: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() { (stream, continuation) = AsyncStream.makeStream() }

    package func open() { continuation.finish() }
    /// Returns when it has happened, or the task is cancelled.
    package func wait() async { for await _ in stream {} }
}
