import Synchronization
import TestSupport

/// Runs all tasks of a simulation on one thread, one piece at a time, in an order that a seed gives.
///
/// The real store, too, does its work on this thread (``CallPlace/caller``): so the same seed gives the same order, whatever the machine does.
///
/// - Threading: One thread alone calls ``step()``; it blocks, so that it must be none of Swift's pool.
final class SimulationExecutor: TaskExecutor {
    private struct State {
        var waiting: [UnownedJob] = []
        var generator: SeededGenerator
    }

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(generator: SeededGenerator(seed: seed))) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.waiting.append(job) }
    }

    /// Runs the next piece of a task; false if there is none, because all of them wait.
    func step() -> Bool {
        let job = state.withLock { state in
            let index = state.waiting.indices.randomElement(using: &state.generator)
            return index.map { state.waiting.remove(at: $0) }
        }
        job?.runSynchronously(on: asUnownedTaskExecutor())
        return job != nil
    }

    /// Whether all tasks wait.
    var isIdle: Bool { state.withLock(\.waiting.isEmpty) }

    /// Runs pieces until all tasks wait, or there were so many.
    func run(atMost count: Int) {
        for _ in 0..<count { guard step() else { return } }
    }

    /// Has a call carried out at once, on this thread, by somebody who is no part of the simulation.
    ///
    /// - Parameter call: must not wait for anybody.
    static func now<Value: Sendable, Failure: Error>(
        _ call: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let answer = Answer<Value, Failure>()
        Task(executorPreference: AtOnce()) { answer.set(await Result.of(call)) }
        return try answer.get().get()
    }
}

/// Runs what it is given before it returns.
private final class AtOnce: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}

private final class Answer<Value: Sendable, Failure: Error>: Sendable {
    private let result = Mutex<Result<Value, Failure>?>(nil)

    func set(_ result: Result<Value, Failure>) { self.result.withLock { $0 = result } }

    func get() -> Result<Value, Failure> {
        guard let result = result.withLock({ $0 }) else { fatalError("a call has waited for somebody") }
        return result
    }
}

extension Result where Success: Sendable {
    fileprivate static func of(_ call: @Sendable () async throws(Failure) -> Success) async -> Result {
        do throws(Failure) { return .success(try await call()) } catch { return .failure(error) }
    }
}
