package import Model
package import Planner
package import Ports
package import Waiting

extension SQLiteJobStore {
    package func cancel(_ job: JobID, _ order: CancelOrder) async throws(StoreError) -> CancelReceipt {
        try await write { try $0.cancel(job, order) }
    }

    package func hold(
        _ job: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime
    ) async throws(StoreError) {
        try await write { try $0.hold(job, flag, by: actor, at: time) }
    }

    package func setPriority(
        _ job: JobID, _ priority: Int, by actor: String, at time: WallTime
    ) async throws(StoreError) {
        try await write { try $0.setPriority(job, priority, by: actor, at: time) }
    }

    package func decide(_ approval: JobID, isApproved: Bool, _ flag: JobSummary.Flag) async throws(StoreError) {
        try await write { try $0.decide(approval, isApproved: isApproved, flag) }
    }

    package func retry(
        _ job: JobID, ids: any IDSource, by actor: String, at time: WallTime
    ) async throws(StoreError) -> JobID {
        try await write { try $0.retry(job, ids: ids, by: actor, at: time) }
    }

    package func discard(_ job: JobID, by actor: String, at time: WallTime) async throws(StoreError) {
        try await write { try $0.discard(job, by: actor, at: time) }
    }

    /// What queues have that nobody has set: those that are there, and each that appears from now on.
    package func setQueueDefaults(_ defaults: QueueDefaults) async throws(StoreError) {
        queueDefaults.now = defaults
        try await write { try $0.applyQueueDefaults() }
    }

    package func setQueue(
        _ queue: QueueID, _ change: QueueChange, by actor: String, at time: WallTime
    ) async throws(StoreError) -> QueueRow {
        try await write { try $0.setQueue(queue, change, by: actor, at: time) }
    }
}

extension SQLiteJobStore: JobWatch {
    package func watch(root: JobID, _ wake: @escaping @Sendable () -> Void) -> Watching {
        Watching(watchers.add { if $0.contains(root) { wake() } })
    }

    package func watchAll(_ wake: @escaping @Sendable () -> Void) -> Watching { Watching(watchers.add { _ in wake() }) }
}
