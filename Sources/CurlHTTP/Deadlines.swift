/// When one transfer or raw stream has taken too long, and nothing else.
///
/// Times are those of the monotonic clock, read by the loop: its wait is the kernel's, so no handed-in clock could end
/// it.
struct Deadlines: Sendable {
    typealias Instant = SuspendingClock.Instant

    /// The time to give to the methods below.
    static var now: Instant { SuspendingClock.now }

    /// How long a full backlog is left alone before the next try.
    static let connectPause = Duration.milliseconds(5)

    let timeouts: HTTPRequest.Timeouts
    let startedAt: Instant
    /// When to try again to connect; `nil` unless the backlog was full.
    private var connectAgainAt: Instant?
    private var lastByteAt: Instant
    /// Whether our own side holds bytes back: no silence of the server's.
    private var isHeld = false

    init(_ timeouts: HTTPRequest.Timeouts, startedAt: Instant) {
        (self.timeouts, self.startedAt, lastByteAt) = (timeouts, startedAt, startedAt)
    }

    mutating func sawBytes(at now: Instant) { lastByteAt = now }

    /// Our own side holds bytes back from now on.
    mutating func holds() { isHeld = true }

    /// It does so no longer.
    mutating func releases(at now: Instant) { (isHeld, lastByteAt) = (false, now) }

    mutating func foundBacklogFull(at now: Instant) { connectAgainAt = now + Self.connectPause }

    mutating func connectsAgain() { connectAgainAt = nil }

    func connectIsDue(at now: Instant) -> Bool { connectAgainAt.map { $0 <= now } ?? false }

    /// The first moment at which something has to be done if no byte comes.
    var next: Instant? { ([connectAgainAt].compactMap(\.self) + limits.map(\.at)).min() }

    /// The limit that has passed, if one has.
    func overdue(at now: Instant) -> HTTPClientError? {
        limits.first { $0.at <= now }.map { .timedOut($0.phase, limit: $0.limit) }
    }

    private var limits: [(phase: HTTPClientError.Phase, limit: Duration, at: Instant)] {
        var limits: [(phase: HTTPClientError.Phase, limit: Duration, at: Instant)] = []
        if connectAgainAt != nil { limits.append((.connect, timeouts.connect, startedAt + timeouts.connect)) }
        if let total = timeouts.total { limits.append((.total, total, startedAt + total)) }
        if let idle = timeouts.idle, !isHeld { limits.append((.idle, idle, lastByteAt + idle)) }
        return limits
    }
}
