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
        var grace: Duration?
        var sandbox: (any Sandbox)?
        var isConcluding = false
    }

    private let state = Mutex(State())
    /// That there is an ask.
    private let asks = Signal()
    private let grace: Duration
    private let whenWorking: @Sendable () -> Void

    /// - Parameters:
    ///   - grace: between TERM and KILL, where none is given.
    ///   - whenWorking: called once its start is over, so that another job may be started.
    package init(grace: Duration, whenWorking: @escaping @Sendable () -> Void = {}) {
        (self.grace, self.whenWorking) = (grace, whenWorking)
    }

    package var isCancelled: Bool { ask == .cancelled }
    var ask: Ask? { state.withLock(\.ask) }

    /// Ends the job as soon as that is possible: before its next step, or by TERM and KILL.
    ///
    /// A second call kills at once.
    /// - Parameter grace: between TERM and KILL; `nil`: as the job has it.
    /// - Returns: whether its sandbox is at work, so that there is a tool to be ended.
    @discardableResult
    package func cancel(grace: Duration? = nil) -> Bool { end(.cancelled, grace: grace) }

    /// The same for the total clock; a job that is being cancelled stays so.
    func expire() {
        if ask == nil { end(.expired, grace: nil) }
    }

    @discardableResult
    private func end(_ ask: Ask, grace: Duration?) -> Bool {
        let (sandbox, isSecond) = state.withLock { state in
            let isSecond = state.ask == .cancelled
            state.ask = ask
            state.grace = grace ?? state.grace
            return (state.sandbox, isSecond)
        }
        asks.send()
        sandbox?.cancel(grace: isSecond ? .zero : grace ?? self.grace)
        return sandbox != nil
    }

    /// The sandbox that works for the job now, to be told of an end that is asked for, also of one that was before.
    func working(in sandbox: any Sandbox) {
        let (ask, grace) = state.withLock { state in
            state.sandbox = sandbox
            return (state.ask, state.grace)
        }
        if ask != nil { sandbox.cancel(grace: grace ?? self.grace) }
        whenWorking()
    }

    /// Whether its tool is over, and what came of it is being stored and put away.
    var isConcluding: Bool { state.withLock(\.isConcluding) }

    func concludes() { state.withLock { $0.isConcluding = true } }

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
