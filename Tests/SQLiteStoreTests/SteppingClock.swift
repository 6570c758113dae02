import Synchronization

/// A clock on which each sleep is over at once, after `onSleep` has had its say.
struct SteppingClock: Clock {
    typealias Instant = ContinuousClock.Instant
    private let start = ContinuousClock.now
    private let slept = Counter()
    let onSleep: @Sendable (_ sleeps: Int) -> Void

    final class Counter: Sendable {
        let state = Mutex((sleeps: 0, time: Duration.zero))
    }

    var now: Instant { start.advanced(by: slept.state.withLock { $0.time }) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let sleeps = slept.state.withLock { state in
            state.time = max(state.time, start.duration(to: deadline))
            state.sleeps += 1
            return state.sleeps
        }
        onSleep(sleeps)
    }
}
