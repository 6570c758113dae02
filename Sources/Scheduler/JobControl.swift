import Ports
import Synchronization

/// The handle by which a running job is cancelled, from any thread.
package final class JobControl: Sendable {
    private struct State {
        var isCancelled = false
        var sandbox: (any Sandbox)?
    }

    private let state = Mutex(State())
    private let grace: Duration

    /// - Parameter grace: between TERM and KILL.
    package init(grace: Duration) { self.grace = grace }

    package var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Ends the job as soon as that is possible: before its next step, or by TERM and KILL.
    ///
    /// A second call kills at once.
    package func cancel() {
        let (sandbox, isSecond) = state.withLock { state in
            defer { state.isCancelled = true }
            return (state.sandbox, state.isCancelled)
        }
        sandbox?.cancel(grace: isSecond ? .zero : grace)
    }

    /// The sandbox that works for the job now, to be told of a cancellation, also of one that came before.
    func working(in sandbox: any Sandbox) {
        let isCancelled = state.withLock { state in
            state.sandbox = sandbox
            return state.isCancelled
        }
        if isCancelled { sandbox.cancel(grace: grace) }
    }
}
