import Model
package import Ports
import SQLiteStore
import Scheduler
import Waiting

extension Instance {
    /// Runs jobs for as long as `body` takes; what still runs then is left to the next process, as it is.
    package func serving<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                await dispatcher.run()
                return nil
            }
            group.addTask {
                let result: Result<Value, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                await dispatcher.drain(.leave)
                return try result.get()
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        } ?? { throw CancellationError() }()
    }

    /// Accepts a job; it begins within ``serving(_:)``.
    package func accept(_ request: JobRequest) async throws -> JobRecord {
        let job = try await intake.accept(request, by: "")
        if case .live(let source) = request.stdin { _ = liveInputs.connect(source, to: job.id) }
        return job
    }

    /// Waits until a job has ended and nothing of it is left in the engine; within ``serving(_:)`` only.
    package func end(of job: JobRecord) async throws -> JobRecord {
        let changed = Signal()
        let watching = store.watch(root: job.summary.root) { changed.send() }
        defer { watching.end() }
        while try await !store.summary("\(job.id)").state.isTerminal { try await changed.wait() }
        try await dispatcher.untilReleased(job.id)
        return try await store.job("\(job.id)")
    }
}
