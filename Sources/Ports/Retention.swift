package import Model

/// How long what has ended is kept.
package struct RetentionPolicy: Sendable, Hashable {
    /// By the final state of the root; a state that is not named is kept for ever.
    package var lives: [JobState: Duration]
    /// Of a root with a job that needs a person.
    package var attentionLife: Duration
    /// The newest roots that are kept, however old they are.
    package var newest: Int

    /// A week of successes, a month of everything else, half a year of what needs a person.
    package init(
        success: Duration = .seconds(7 * 86_400), other: Duration = .seconds(30 * 86_400),
        attention: Duration = .seconds(180 * 86_400), newest: Int = 1000
    ) {
        lives = Dictionary(uniqueKeysWithValues: JobState.allCases.filter(\.isTerminal).map { ($0, other) })
        lives[.succeeded] = success
        (attentionLife, self.newest) = (attention, newest)
    }
}

/// What one step of retention has removed.
package struct RetentionReport: Sendable, Hashable {
    package var roots = 0
    package var rows = 0
    package var blobs = 0
    /// Blobs whose rows are gone, and whose files are to be.
    package var files: [BlobReference] = []
    /// Whether there is more to remove now.
    package var isMore = false
    package init() {}
}

/// Takes away what is no longer to be kept, in steps that are small enough for others to be served in between.
package protocol RetentionStore: Sendable {
    /// One step: deletes whole roots that have ended and are older than their life, then the blobs that nothing names any more.
    ///
    /// Large blobs' files are the caller's to remove, once this has returned: their rows are gone by then.
    func retire(_ policy: RetentionPolicy, at now: WallTime) async throws(StoreError) -> RetentionReport
    /// Writes back what was written to the log, so that the disk has the room.
    func checkpoint() async throws(StoreError)
}
