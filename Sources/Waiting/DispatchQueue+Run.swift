package import Dispatch

// Waiting: ways to wait, for a call that blocks, for a signal, for a limited time, that hold no thread of Swift's pool, which has only
// one for each core. It must not know what is waited for.

extension DispatchQueue {
    /// Calls `body` on this queue, on a thread that may block, and gives what it gives.
    ///
    /// It runs to its end even if the task is cancelled.
    ///
    /// - Parameter flags: With `.barrier`, nothing else runs on this queue meanwhile.
    package func run<Value: Sendable, Failure: Error>(
        flags: DispatchWorkItemFlags = [], _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            async(flags: flags) { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
