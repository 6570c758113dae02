import Synchronization

/// Who waits for what: calls everybody who watches a key when something about it has changed.
///
/// It keeps nothing of what happened: a watcher looks for itself, first after it has begun to watch, then after each call.
package final class Wakeups<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var watchers: [Key: [Int: @Sendable () -> Void]] = [:]
        var last = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Keys that somebody watches now.
    package var watchedKeys: Set<Key> { state.withLock { Set($0.watchers.keys) } }

    /// Calls `wake` after each ``wake(_:)`` of `key`, until the answer is ended or let go.
    ///
    /// - Parameter wake: must return at once, and must not watch or end a watching.
    package func watch(_ key: Key, _ wake: @escaping @Sendable () -> Void) -> Watching {
        let number = state.withLock { state in
            state.last += 1
            state.watchers[key, default: [:]][state.last] = wake
            return state.last
        }
        return Watching { [self] in
            state.withLock { state in
                state.watchers[key]?[number] = nil
                if state.watchers[key]?.isEmpty == true { state.watchers[key] = nil }
            }
        }
    }

    package func wake(_ key: Key) {
        let watchers = state.withLock { $0.watchers[key].map { Array($0.values) } ?? [] }
        for wake in watchers { wake() }
    }

    package func wake(_ keys: some Sequence<Key>) {
        for key in keys { wake(key) }
    }
}

/// Somebody's watching of something; it ends with this object at the latest.
package final class Watching: Sendable {
    private let ending: Mutex<(@Sendable () -> Void)?>

    package init(_ ending: @escaping @Sendable () -> Void) { self.ending = Mutex(ending) }

    deinit { end() }

    package func end() {
        let ending = ending.withLock { $0.take() }
        ending?()
    }
}
