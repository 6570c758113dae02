// ControlWire: what goes over the control socket in either direction, as values: the daemon writes and reads them, and so does its
// client. It must not know how they travel, nor where they come from.

/// What both ends agree on beside the bodies.
package enum ControlWire {
    /// Counted up with every change that an older client or daemon would misunderstand.
    package static let apiVersion = 1
    /// In the answer with a job's output: the attempt whose output it is.
    package static let attemptHeader = "Caisson-Attempt"
    /// In every answer: the id of the request in the daemon's log.
    package static let requestHeader = "Caisson-Request"
    /// Longest wait of one request for a job's end.
    package static let longestWaitMilliseconds = 60_000
    /// Most jobs in one answer.
    package static let mostJobs = 10_000
    /// Most bytes of a blob in one answer to a ranged read: 4 MiB.
    package static let mostBlobBytes = 4 << 20
    /// Where a read may begin at most: 1 EiB, beyond anything that is kept.
    package static let largestOffset = Int64(1) << 60

    /// The type of answers that are one JSON value a line.
    package static let linesType = "application/x-ndjson"
}
