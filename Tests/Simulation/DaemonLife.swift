import Ports

/// Whether one daemon still lives: what a dead one asks for has no effect any more, and it lets go of the store.
// Safe because: used by the one thread that runs the simulation's executor.
final class DaemonLife: @unchecked Sendable {
    private(set) var store: AnyStore?
    var isAlive: Bool { store != nil }

    init(store: AnyStore) { self.store = store }

    func end() { store = nil }
}
