import Dispatch

/// Runs an actor on a serial dispatch queue, so that what blocks in it blocks no thread of Swift's pool.
///
/// Calls start in the order in which they were made. Own code, because `DispatchSerialQueue` is not there on Linux.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: For debuggers.
    init(label: String) {
        // On the global queue's bounded threads: without a target, each queue at work would have a thread of its own.
        queue = DispatchQueue(label: label, target: .global())
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
