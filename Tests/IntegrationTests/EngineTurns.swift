import Synchronization

/// Has the tests take turns at the engine, some at a time: all of them at once would wait for a small machine more than for what
/// they are about, and each that asks again and again makes the others slower.
final class EngineTurns: Sendable {
    static let all = EngineTurns(width: 6)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state: Mutex<State>

    private init(width: Int) { state = Mutex(State(free: width)) }

    /// Waits for a turn, which has to be given back.
    func take() async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
