/// Where a job is in its life.
package enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Accepted; waits for a slot.
    case ready
    /// A slot is taken; its sandbox is being made.
    case leased
    /// The tool may have started.
    case running
    /// The tool exited 0, and its record says so.
    case succeeded
    /// The tool's own fault: a non-zero exit, a signal, a result that cannot be used, a lost cell.
    case failed
    /// The run clock ended it.
    case timedOut = "timed_out"
    /// The kernel ended it for want of memory.
    case oomKilled = "oom_killed"
    /// A person ended it.
    case cancelled
    /// Our fault or the Engine's: the tool is not to blame.
    case errored

    /// Whether this state is final: a terminal row never changes.
    package var isTerminal: Bool {
        switch self {
        case .ready, .leased, .running: false
        case .succeeded, .failed, .timedOut, .oomKilled, .cancelled, .errored: true
        }
    }

    /// Whether a job in this state may move to `next`.
    package func allows(_ next: JobState) -> Bool {
        switch (self, next) {
        case (.ready, .leased), (.leased, .running): true
        // Its tool was never started: it waits for a new attempt.
        case (.leased, .ready), (.running, .ready): true
        case (.ready, .timedOut), (.leased, .timedOut): true
        case (.ready, .cancelled), (.ready, .errored), (.leased, .cancelled), (.leased, .errored): true
        case (.running, _): next.isTerminal
        default: false
        }
    }
}
