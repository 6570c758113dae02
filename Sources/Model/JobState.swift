/// Where a job is in its life.
package enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Accepted; waits for other jobs or for a time.
    case pending
    /// Waits for a person, or for its children; holds no slot.
    case waiting
    /// Could begin; waits for a slot.
    case ready
    /// A slot is taken; its sandbox is being made.
    case leased
    /// The tool may have started.
    case running
    /// The tool is being ended: TERM, grace, KILL. The slot is held until the container is gone.
    case stopping
    /// The tool has ended; what came of it is being saved.
    case finalizing
    /// Waits for its next attempt.
    case retrying
    /// The tool exited 0, and its record says so.
    case succeeded
    /// The tool's own fault: a non-zero exit, a signal, a result that cannot be used, a lost cell.
    case failed
    /// One of the clocks ended it.
    case timedOut = "timed_out"
    /// The kernel ended it for want of memory.
    case oomKilled = "oom_killed"
    /// A person ended it.
    case cancelled
    /// It was not begun, because of what became of a job that it needs.
    case skipped
    /// A person said no.
    case denied
    /// Our fault or the Engine's: the tool is not to blame.
    case errored

    /// Whether this state is final: a terminal row never changes.
    package var isTerminal: Bool {
        switch self {
        case .pending, .waiting, .ready, .leased, .running, .stopping, .finalizing, .retrying: false
        case .succeeded, .failed, .timedOut, .oomKilled, .cancelled, .skipped, .denied, .errored: true
        }
    }

    /// Whether a job in this state has an attempt, and with it a slot.
    package var isLive: Bool {
        switch self {
        case .leased, .running, .stopping, .finalizing: true
        default: false
        }
    }

    /// Whether a job in this state may move to `next`.
    package func allows(_ next: JobState) -> Bool {
        switch (self, next) {
        // Its needs are met and its time has come; an approval or a graph waits, everything else is ready.
        case (.pending, .ready), (.pending, .waiting), (.pending, .skipped): true
        case (.waiting, .succeeded), (.waiting, .failed), (.waiting, .denied), (.waiting, .skipped): true
        // A fan-out has its list.
        case (.ready, .waiting): true
        case (.ready, .leased), (.leased, .running), (.leased, .stopping): true
        case (.running, .stopping), (.running, .finalizing), (.stopping, .finalizing): true
        // Its tool was never started, or may be started again.
        case (.leased, .ready), (.running, .ready), (.retrying, .ready): true
        case (.leased, .retrying), (.running, .retrying), (.finalizing, .retrying), (.stopping, .retrying): true
        // Nobody's tool has run: only what is decided without one.
        case (.pending, .timedOut), (.waiting, .timedOut), (.ready, .timedOut), (.retrying, .timedOut): true
        case (.leased, .timedOut): true
        case (.pending, .cancelled), (.waiting, .cancelled), (.ready, .cancelled), (.retrying, .cancelled): true
        case (.leased, .cancelled): true
        case (.pending, .errored), (.waiting, .errored), (.ready, .errored), (.retrying, .errored): true
        case (.leased, .errored): true
        case (.running, _), (.stopping, _), (.finalizing, _): next.isOutcome
        default: false
        }
    }

    /// Whether a tool's end, or the loss of its sandbox, can lead to this state.
    private var isOutcome: Bool { isTerminal && self != .skipped && self != .denied }
}
