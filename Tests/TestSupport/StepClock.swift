import Synchronization

/// A clock that stands still until it is moved.
package struct StepClock: Clock {
    package struct Instant: InstantProtocol {
        var offset: Duration
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
        /// Tasks that wait for somebody to sleep until a moment.
        var watchers: [(deadline: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }
    private let shared = Shared()

    package init() {}

    package var now: Instant { Instant(offset: shared.state.withLock(\.now)) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = shared.state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isOver, watchers) = shared.state.withLock {
                    state -> (Bool, [CheckedContinuation<Void, Never>]) in
                    if Task.isCancelled || deadline.offset <= state.now { return (true, []) }
                    state.sleepers[number] = Sleeper(deadline: deadline.offset, continuation: continuation)
                    let found = state.watchers.filter { $0.deadline == deadline.offset }.map(\.continuation)
                    state.watchers.removeAll { $0.deadline == deadline.offset }
                    return (false, found)
                }
                if isOver { continuation.resume() }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            shared.state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation.resume(
                throwing: CancellationError())
        }
        try Task.checkCancellation()
    }

    /// Returns when somebody sleeps until `deadline`.
    package func waitForSleeper(until deadline: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = shared.state.withLock { state in
                if state.sleepers.values.contains(where: { $0.deadline == deadline }) { return true }
                state.watchers.append((deadline, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    package func advance(to time: Duration) {
        let woken = shared.state.withLock { state in
            state.now = time
            let due = state.sleepers.filter { $0.value.deadline <= time }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
