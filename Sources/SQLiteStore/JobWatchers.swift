import Model
import Synchronization

/// Those who want to be told of commits.
final class JobWatchers: Sendable {
    private struct State {
        var next = 0
        var watchers: [Int: @Sendable (Set<JobID>) -> Void] = [:]
    }

    private let state = Mutex(State())

    func add(_ changed: @escaping @Sendable (Set<JobID>) -> Void) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.next += 1
            state.watchers[state.next] = changed
            return state.next
        }
        return { [self] in _ = state.withLock { $0.watchers.removeValue(forKey: number) } }
    }

    /// Called on the connection's thread, one commit after the other.
    func tell(_ roots: Set<JobID>) {
        for changed in state.withLock({ Array($0.watchers.values) }) { changed(roots) }
    }
}
