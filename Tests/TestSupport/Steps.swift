package import Ports
import Synchronization

/// What fakes were asked to do, in order, and the step that is told to fail.
package final class Steps: Sendable {
    private struct State {
        var names: [String] = []
        var failing: String?
        var hook: @Sendable (String) -> Void = { _ in }
    }

    /// What a step throws that was told to fail.
    package static let storeError = StoreError.busy(waited: .seconds(5))
    package static let engineError = EngineError.timedOut(call: "POST /x", limit: .seconds(2))

    private let state = Mutex(State())

    package init() {}

    package var names: [String] { state.withLock(\.names) }
    /// Makes every step of this name fail from now on; with `nil`, none.
    package func fail(_ step: String?) { state.withLock { $0.failing = step } }
    /// Calls `hook` at each step, before it takes effect.
    package func onStep(_ hook: @escaping @Sendable (String) -> Void) { state.withLock { $0.hook = hook } }

    /// Writes the step down; false if it has to fail.
    @discardableResult
    package func take(_ name: String) -> Bool {
        let (hook, isFailing) = state.withLock { state in
            state.names.append(name)
            return (state.hook, state.failing == name)
        }
        hook(name)
        return !isFailing
    }

    package func store(_ name: String) throws(StoreError) {
        guard take("store.\(name)") else { throw Self.storeError }
    }

    package func engine(_ name: String) throws(EngineError) {
        guard take(name) else { throw Self.engineError }
    }
}
