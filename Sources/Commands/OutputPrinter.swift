import Foundation
import Synchronization

/// Hands a job's bytes to our own output, on a thread that may wait for whoever reads that.
///
/// A terminal or a pipe that takes nothing holds up this alone.
final class OutputPrinter: Sendable {
    /// How a write ended.
    enum End: Sendable {
        case taken, refused
        /// It has not ended, and is no longer waited for: nothing more can be handed over.
        case stuck
    }

    /// A write that has been handed over and not yet been taken.
    private struct PendingWrite: Sendable {
        let continuation: CheckedContinuation<End, Never>
        /// Whether it was under way already when somebody last asked.
        var isSuspect = false
    }

    private let output: Output
    private let queue = DispatchQueue(label: "caisson.output")
    /// The one write that is under way, to be resumed by whoever takes it from here: the write itself, or lost patience.
    private let pending = Mutex<PendingWrite?>(nil)
    private let refused = Mutex<OutputError?>(nil)
    private let turn = Turn()

    init(_ output: Output) { self.output = output }

    /// Why our output took no more, if it did not and somebody still wants it.
    var refusal: OutputError? { refused.withLock { $0 } }

    /// Writes all of `bytes`; one call after the other.
    func pass(_ bytes: [UInt8], toError: Bool) async -> End {
        await turn.take()
        defer { turn.give() }
        return await withCheckedContinuation { continuation in
            pending.withLock { $0 = PendingWrite(continuation: continuation) }
            queue.async { [self] in
                // When it throws, nobody reads our output any more, or it cannot be written: the job goes on.
                var end = End.taken
                do {
                    try output.bytes(bytes, toError: toError)
                } catch {
                    end = .refused
                    if let error = error as? OutputError { refused.withLock { $0 = error } }
                }
                pending.withLock { $0.take() }?.continuation.resume(returning: end)
            }
        }
    }

    /// Stops waiting for a write that was under way at the last call and still is.
    ///
    /// Whoever reads our output has then stopped reading; what is not passed on is kept all the same.
    func dropStuckWrite() {
        let stuck = pending.withLock { pending in
            guard pending?.isSuspect == true else {
                pending?.isSuspect = true
                return nil as PendingWrite?
            }
            return pending.take()
        }
        stuck?.continuation.resume(returning: .stuck)
    }
}

/// One at a time, in the order in which they came.
private final class Turn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
