/// What `bomb-driver` is to run beside a normal job.
package struct BombPlan: Codable, Sendable {
    package var image: String
    package var command: [String]
    /// Contents by their names beneath `/work`.
    package var files: [String: String]
    package var artifacts: [String]
    /// Amounts by the names of ``LimitField``, as they are written after `--limit`.
    package var limits: [String: String]
    /// The job beside it: its program, and what it is given.
    package var neighbour: [String: String]

    package init(
        image: String, command: [String], files: [String: String], artifacts: [String] = [], limits: [String: String],
        neighbour: [String: String]
    ) {
        (self.image, self.command, self.files, self.artifacts) = (image, command, files, artifacts)
        (self.limits, self.neighbour) = (limits, neighbour)
    }
}

/// What `bomb-driver` tells: the ids of its jobs, and what its process held of memory.
package struct BombReport: Codable, Sendable {
    package var bomb: String
    package var neighbour: String
    package var next: String
    /// Resident before the bomb, and the most from then on to the end.
    package var residentBytes: Int
    package var peakResidentBytes: Int

    package init(bomb: String, neighbour: String, next: String, residentBytes: Int, peakResidentBytes: Int) {
        (self.bomb, self.neighbour, self.next) = (bomb, neighbour, next)
        (self.residentBytes, self.peakResidentBytes) = (residentBytes, peakResidentBytes)
    }
}
