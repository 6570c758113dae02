import Synchronization

/// A result that is set once and may be awaited any number of times, before or after.
///
/// Awaiting does not end early when the waiting task is cancelled: whoever owns the work is told to end it, and
/// settles the result then. So a caller that sees `CancellationError` knows that the work is over.
final class OneShot<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case open([CheckedContinuation<Result<Value, any Error>, Never>])
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.open([]))

    var isSettled: Bool {
        state.withLock { state in
            guard case .settled = state else { return false }
            return true
        }
    }

    /// The result, once there is one.
    ///
    /// - Throws: what it was settled with.
    var value: Value {
        get async throws { try await result.get() }
    }

    var result: Result<Value, any Error> {
        get async {
            await withCheckedContinuation { continuation in
                let known: Result<Value, any Error>? = state.withLock { state in
                    switch state {
                    case .settled(let result): return result
                    case .open(let waiting):
                        state = .open(waiting + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }

    /// Sets the result and wakes who waits; a second call changes nothing.
    func settle(_ result: Result<Value, any Error>) {
        let waiting: [CheckedContinuation<Result<Value, any Error>, Never>] = state.withLock { state in
            guard case .open(let waiting) = state else { return [] }
            state = .settled(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
