import Glibc
import Synchronization

/// Where this process ends, and a list of what it has passed on the way there.
final class CrashPoint: Sendable {
    private let name: String
    private let left: Mutex<Int>
    private let passed: Int32

    /// In place of a point's name: every point is meant.
    static let any = "any"

    /// - Parameters:
    ///   - name: "before" or "after" and a step, as in "after store.markWorking"; or ``any``; or no point at all.
    ///   - passage: the process ends when it comes there for so many times; at least 1.
    ///   - list: a file to which a line is added for each passage of any point; `nil`: none.
    init(_ name: String, passage: Int = 1, list: String? = nil) {
        self.name = name
        left = Mutex(passage)
        passed = list.map { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) } ?? -1
    }

    /// The names of all points.
    static var all: [String] { CrashStep.allCases.flatMap { ["before \($0.rawValue)", "after \($0.rawValue)"] } }

    /// Ends the process if `point` is where that is wanted; nothing of ours runs after it, not even a `defer`.
    private func reached(_ point: String) {
        if passed >= 0 {
            let line = Array("\(point)\n".utf8)
            _ = write(passed, line, line.count)
        }
        guard point == name || name == Self.any else { return }
        let isHere = left.withLock { left in
            left -= 1
            return left == 0
        }
        guard isHere else { return }
        kill(getpid(), SIGKILL)
        while true { pause() }
    }

    /// Calls `body` between the points before and after `step`.
    func around<Value, Failure>(
        _ step: CrashStep, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        reached("before \(step.rawValue)")
        let value = try await body()
        reached("after \(step.rawValue)")
        return value
    }
}
