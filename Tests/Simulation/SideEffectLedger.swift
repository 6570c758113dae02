package import Model

/// What tools have really done, written down by the engine: nobody of those that are tested can change it.
package struct SideEffectLedger: Sendable {
    /// One run of a tool.
    package struct Run: Sendable, Hashable {
        package let attempt: AttemptID
        package let start: Duration
        /// When its process was gone; `nil` if it never was.
        package var end: Duration?
        /// The outcome that its cell has told, if it could.
        package var record: JobState?

        package init(attempt: AttemptID, start: Duration, end: Duration? = nil, record: JobState? = nil) {
            (self.attempt, self.start, self.end, self.record) = (attempt, start, end, record)
        }
    }

    /// In the order of their starts.
    package var runs: [Run] = []

    package init() {}

    mutating func start(_ attempt: AttemptID, at time: Duration) { runs.append(Run(attempt: attempt, start: time)) }

    mutating func end(_ attempt: AttemptID, at time: Duration, record: JobState?) {
        guard let index = runs.lastIndex(where: { $0.attempt == attempt && $0.end == nil }) else { return }
        runs[index].end = time
        runs[index].record = record
    }
}
