package import Model

/// How long what has ended is kept.
///
/// It is about roots: a graph goes as a whole. A root with a job that needs a person stays until that job is discarded, and one with a
/// sandbox that may still be in the engine stays until that is gone.
package struct RetentionPolicy: Sendable, Hashable {
    /// Of roots that are no graphs, by their final state; one that is not named is kept for ever.
    package var lives: [JobState: Duration]
    /// The same of graphs.
    package var graphLives: [JobState: Duration]
    /// Up to here roots go whatever their lives are: they are more than are to be kept.
    package var historyEnd: RetentionMark?

    package init(lives: [JobState: Duration], graphLives: [JobState: Duration]) {
        (self.lives, self.graphLives) = (lives, graphLives)
    }

    /// The same life for everything.
    package init(_ life: Duration = .seconds(30 * 86_400)) {
        lives = Dictionary(uniqueKeysWithValues: JobState.allCases.filter(\.isTerminal).map { ($0, life) })
        graphLives = lives
    }
}

/// A place in the order in which roots have ended.
package struct RetentionMark: Sendable, Hashable {
    package let endedAt: WallTime
    /// Tells those apart that ended in the same millisecond.
    package let ordinal: Int64
    package init(endedAt: WallTime, ordinal: Int64) { (self.endedAt, self.ordinal) = (endedAt, ordinal) }
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
    /// - Parameter most: Jobs that are deleted, at most; a root with more goes in several steps.
    func retire(_ policy: RetentionPolicy, atMost most: Int, at now: WallTime) async throws(StoreError)
        -> RetentionReport
    /// The last of the roots that are too many if only the `count` are kept that have ended last; `nil` if none is.
    func historyEnd(keeping count: Int) async throws(StoreError) -> RetentionMark?
    /// Those of `digests` that no row names.
    func unknownBlobs(among digests: [String]) async throws(StoreError) -> [String]
    /// The attempts whose sandboxes may still be there: only these have spools.
    func attemptsWithSandboxes() async throws(StoreError) -> Set<AttemptID>
    /// Writes back what was written to the log, so that the disk has the room.
    func checkpoint() async throws(StoreError)
}

/// The files of large blobs, of which some may be named by nothing any more.
package protocol BlobLeftovers: Sendable {
    /// Removes the files that no row names and that were not made, or made use of again, within `age`.
    ///
    /// A blob's file comes before its row: one that is that young may belong to a row that is about to be written.
    /// - Parameters:
    ///   - digests: Of the files that are looked at; `nil`: all there are.
    ///   - unknown: Those of the given digests that no row names.
    /// - Returns: how many were removed.
    /// - Throws: what the first of the files could not be removed for; the others are gone.
    func removeUnknown(
        among digests: [String]?, unusedFor age: Duration, at now: WallTime,
        _ unknown: (_ digests: [String]) async throws(StoreError) -> [String]
    ) async throws(StoreError) -> Int
}

/// The spools of attempts, of which some may be nobody's any more.
package protocol SpoolLeftovers: Sendable {
    /// Removes the spools of attempts that are over.
    ///
    /// - Parameter open: The attempts that are not; asked once it is known which spools there are, for an attempt's row comes before them.
    /// - Returns: of how many attempts.
    func removeAbandoned(_ open: () async throws(StoreError) -> Set<AttemptID>) async throws(StoreError) -> Int
}
