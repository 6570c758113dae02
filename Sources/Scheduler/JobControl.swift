import Ports
import Synchronization
import Waiting

/// The handle by which a running job is ended, from any thread.
package final class JobControl: Sendable {
    /// Why a job is to end.
    enum Ask: Sendable, Hashable {
        case cancelled
        /// Its total clock ran out.
        case expired
    }

    private struct State {
        var ask: Ask?
        var sandbox: (any Sandbox)?
    }

    private let state = Mutex(State())
    /// That there is an ask.
    private let asks = Signal()
    private let grace: Duration

    /// - Parameter grace: between TERM and KILL.
    package init(grace: Duration) { self.grace = grace }

    package var isCancelled: Bool { ask == .cancelled }
    var ask: Ask? { state.withLock(\.ask) }

    /// Ends the job as soon as that is possible: before its next step, or by TERM and KILL.
    ///
    /// A second call kills at once.
    package func cancel() { end(.cancelled) }

    /// The same for the total clock; a job that is being cancelled stays so.
    func expire() {
        if ask == nil { end(.expired) }
    }

    private func end(_ ask: Ask) {
        let (sandbox, isSecond) = state.withLock { state in
            let isSecond = state.ask == .cancelled
            state.ask = ask
            return (state.sandbox, isSecond)
        }
        asks.send()
        sandbox?.cancel(grace: isSecond ? .zero : grace)
    }

    /// The sandbox that works for the job now, to be told of an end that is asked for, also of one that was before.
    func working(in sandbox: any Sandbox) {
        let ask = state.withLock { state in
            state.sandbox = sandbox
            return state.ask
        }
        if ask != nil { sandbox.cancel(grace: grace) }
    }

    /// Runs a step that is given up when the job is to end: `nil` then.
    ///
    /// - Throws: what `step` throws; ``EngineError/interrupted`` if this task was cancelled.
    func unlessAsked<Value: Sendable>(
        _ step: @escaping @Sendable () async throws(EngineError) -> Value
    ) async throws(EngineError) -> Value? {
        let value = try await cutShort(by: asked, step)
        if value == nil, ask == nil { throw .interrupted }
        return value
    }

    /// Waits, as the only one, until the job's end is asked for or this task is cancelled.
    private func asked() async {
        // A signal wakes once, and an earlier step may have taken it.
        if ask == nil { try? await asks.wait() }  // ignored: who waits sees the ask, or that there is none
    }
}
