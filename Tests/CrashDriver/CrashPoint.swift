import Glibc

/// Where this process ends.
struct CrashPoint: Sendable {
    private let name: String

    init(_ name: String) { self.name = name }

    /// Ends the process if `point` is where that is wanted; nothing of ours runs after it, not even a `defer`.
    func reached(_ point: String) {
        guard point == name else { return }
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    /// Calls `body` between the points before and after `step`.
    func around<Value, Failure>(
        _ step: String, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        reached("before \(step)")
        let value = try await body()
        reached("after \(step)")
        return value
    }
}
