import Ports
import Synchronization

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
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
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
        let (sandbox, waiter, isSecond) = state.withLock { state in
            let isSecond = state.ask == .cancelled
            state.ask = ask
            return (state.sandbox, state.waiter.take(), isSecond)
        }
        waiter?.resume()
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
        let outcome = await withTaskGroup(of: Result<Value, EngineError>?.self) { group in
            group.addTask {
                do throws(EngineError) { return .success(try await step()) } catch { return .failure(error) }
            }
            group.addTask {
                await self.asked()
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if outcome == nil, ask == nil { throw .interrupted }
        return try outcome?.get()
    }

    /// Waits, as the only one, until the job's end is asked for or this task is cancelled.
    private func asked() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.ask == nil, !Task.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
