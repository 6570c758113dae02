package import Model
package import Waiting

/// Tells whose jobs changed, right after the commit that changed them: who waits for something to happen to a job waits here, and
/// never polls.
package protocol JobWatch: Sendable {
    /// Calls `wake` after each commit that changed a job under that root, or one of its attempts, until the answer is let go.
    ///
    /// What changed is not told: whoever watches reads the store, first once the watching has begun. `wake` must return at once.
    func watch(root: JobID, _ wake: @escaping @Sendable () -> Void) -> Watching
    /// The same for every commit.
    func watchAll(_ wake: @escaping @Sendable () -> Void) -> Watching
}

/// The streams of attempts that are under way in this process, for those who read them while they grow.
package protocol SpoolWatch: Sendable {
    /// The stream as far as it is written; `nil` if nobody writes to it now.
    ///
    /// Once its writer has closed it, a read of it throws: its bytes are then in the blob of the attempt's outcome.
    func spool(_ attempt: AttemptID, _ stream: SpoolStream) -> (any Spool)?
    /// Calls `wake` whenever the stream was opened, written to or closed, until the answer is let go.
    func watch(_ attempt: AttemptID, _ stream: SpoolStream, _ wake: @escaping @Sendable () -> Void) -> Watching
}
