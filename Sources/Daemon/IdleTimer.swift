import Ports
import ServiceLifecycle
import Synchronization
import Waiting

/// Ends a daemon that nobody needs: after a time without a request and without an open job.
///
/// It sleeps until the time is over for what it knew when it fell asleep, and then looks again: activity costs two additions, wakes nobody,
/// and nothing is looked at again and again.
package final class IdleTimer<Time: Clock>: Activity, Service where Time.Duration == Duration {
    private struct State {
        /// Requests, and whether there are open jobs.
        var active = 0
        var idleSince: Time.Instant
        var isLeaving = false
    }

    private enum Step {
        case wait, again(at: Time.Instant), leave
    }

    private let limit: Duration?
    private let firstWait: Duration
    private let clock: Time
    private let leave: @Sendable () -> Void
    private let state: Mutex<State>
    private let becameIdle = Signal()

    /// - Parameters:
    ///   - limit: `nil`: never.
    ///   - firstWait: how long to wait for the first request, even if `limit` is less: a client that has started a daemon may be
    ///     slow to come.
    ///   - leave: called once, while ``begin()`` waits, and must not call this object; from then on ``begin()`` says no.
    package init(
        limit: Duration?, firstWait: Duration = .zero, clock: Time, leave: @escaping @Sendable () -> Void
    ) {
        (self.limit, self.firstWait, self.clock, self.leave) = (limit, firstWait, clock, leave)
        state = Mutex(State(idleSince: clock.now))
    }

    package func begin() -> Bool {
        state.withLock { state in
            guard !state.isLeaving else { return false }
            state.active += 1
            return true
        }
    }

    package func end() {
        let isIdle = state.withLock { state in
            state.active -= 1
            if state.active == 0 { state.idleSince = clock.now }
            return state.active == 0
        }
        if isIdle { becameIdle.send() }
    }

    /// Since when nothing has been going on, or `nil` if something is.
    package var idleSince: Time.Instant? { state.withLock { $0.active == 0 ? $0.idleSince : nil } }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [self] in
                if let limit { try await watch(limit) }
                // A service that returns is taken for one that has failed.
                try await gracefulShutdown()
            }
        } catch is CancellationError {}  // ignored: the daemon ends, for this reason or another
    }

    private func watch(_ limit: Duration) async throws {
        if firstWait > .zero {
            // ignored: a wait that is cancelled is told of by the next one
            _ = await within(firstWait, clock) { [becameIdle] in try? await becameIdle.wait() }
        }
        while true {
            switch next(limit) {
            case .wait: try await becameIdle.wait()
            case .again(let deadline): try await clock.sleep(until: deadline, tolerance: nil)
            case .leave: return
            }
        }
    }

    private func next(_ limit: Duration) -> Step {
        state.withLock { state in
            guard state.active == 0 else { return .wait }
            let deadline = state.idleSince.advanced(by: limit)
            guard clock.now >= deadline else { return .again(at: deadline) }
            // Under the same lock as a beginning: whoever comes is either waited for or sent away, never lost. And who is sent away must
            // not find the socket again.
            state.isLeaving = true
            leave()
            return .leave
        }
    }
}
