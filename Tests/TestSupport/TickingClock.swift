import Synchronization

/// A clock that goes on by a millisecond whenever it is looked at.
///
/// Sleeps of up to a minute are over at once; longer ones end only when they are cancelled.
package struct TickingClock: Clock {
    package struct Instant: InstantProtocol {
        var offset: Duration
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private final class Ticks: Sendable {
        let count = Mutex(0)
    }
    private let ticks = Ticks()

    package init() {}

    package var now: Instant {
        let count = ticks.count.withLock { count in
            count += 1
            return count
        }
        return Instant(offset: .milliseconds(count))
    }
    package var minimumResolution: Duration { .milliseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let never = AsyncStream<Void>.makeStream()
        if deadline.offset > .seconds(60) { for await _ in never.stream {} }
        withExtendedLifetime(never.continuation) {}
        try Task.checkCancellation()
    }
}
