/// Told of what keeps a daemon alive: requests of clients, and that there are open jobs.
///
/// May be called from any thread, often, and never waits.
package protocol Activity: Sendable {
    /// Something has begun that keeps the daemon alive until ``end()``.
    ///
    /// - Returns: `false` if the daemon is already leaving: then nothing was noted, ``end()`` must not be called, and a request is to be
    ///   answered with 503 and `daemon_stopping`, for nothing of it was done.
    func begin() -> Bool

    /// What ``begin()`` has told of is over.
    func end()
}
