import Dispatch
import Ports

extension DispatchQueue {
    /// Calls `body` on this queue, so that what blocks in it blocks no thread of Swift's pool.
    ///
    /// It runs to its end even if the task is cancelled.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            async { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
