package import Model

/// What begins now, and why the rest does not.
package struct Plan: Sendable, Hashable {
    /// In this order.
    package var starts: [ReadyRow] = []
    /// Of each row that was ready and does not start.
    package var waits: [JobID: WaitReason] = [:]
    /// The job for which room is held back, because others have gone past it for too long.
    package var reservation: JobID?
    /// Ready rows that were looked at, each once: at most ``PlanRows/readyInAll``.
    package var lookedAt = 0

    package init() {}
}
