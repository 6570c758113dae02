import Model
import Ports
import Synchronization

/// Time that stands still until it is moved; who sleeps is woken when its time has come, the earliest first.
final class SimulationClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let number: Int
        let deadline: Instant
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [Sleeper] = []
        var count = 0
        /// By how much the calendar is ahead of what it was at first.
        var skew = Duration.zero
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock(\.now) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || deadline <= state.now { return true }
                    state.sleepers.append(Sleeper(number: number, deadline: deadline, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.number == number }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    /// Moves to the next moment for which somebody waits, and wakes one of them; false if nobody waits.
    func advance() -> Bool {
        let sleeper = state.withLock { state in
            let next = state.sleepers.indices.min {
                (state.sleepers[$0].deadline, state.sleepers[$0].number) < (
                    state.sleepers[$1].deadline, state.sleepers[$1].number
                )
            }
            guard let next else { return nil as Sleeper? }
            let sleeper = state.sleepers.remove(at: next)
            state.now = max(state.now, sleeper.deadline)
            return sleeper
        }
        sleeper?.continuation.resume()
        return sleeper != nil
    }

    /// The calendar jumps.
    func jump(by duration: Duration) { state.withLock { $0.skew += duration } }

    var wallTime: WallTime {
        state.withLock { WallTime(milliseconds: 1_700_000_000_000 + ($0.now.offset + $0.skew).wholeMilliseconds) }
    }
}

/// The calendar of a simulation.
struct SimulationCalendar: WallClock {
    let clock: SimulationClock
    func now() -> WallTime { clock.wallTime }
}
