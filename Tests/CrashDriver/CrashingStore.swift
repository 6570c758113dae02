import CellWire
import Model
import Planner
import Ports

/// A store around whose writes the process can end.
struct CrashingStore: JobStore, JobReader, BlobReader {
    let store: any JobStore & JobReader & BlobReader
    let crash: CrashPoint

    private func around<Value: Sendable>(
        _ step: CrashStep, _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await crash.around(step, body)
    }

    func digest(of spec: JobSpec) throws(StoreError) -> String { try store.digest(of: spec) }

    // MARK: What comes in

    func keep(_ blob: Blob, at time: WallTime) async throws(StoreError) {
        try await around(.storeKeep) { () throws(StoreError) in try await store.keep(blob, at: time) }
    }

    func submit(_ acceptance: Acceptance, inputs: [Blob]) async throws(StoreError) -> SubmissionReceipt {
        try await around(.storeSubmit) { () throws(StoreError) in try await store.submit(acceptance, inputs: inputs) }
    }

    // MARK: What is to begin

    func wake(at now: WallTime) async throws(StoreError) -> WakeUp {
        try await around(.storeWake) { () throws(StoreError) in try await store.wake(at: now) }
    }

    func expand(_ map: JobID, members: [Blob], ids: [JobID], at time: WallTime) async throws(StoreError) {
        try await around(.storeExpand) { () throws(StoreError) in
            try await store.expand(map, members: members, ids: ids, at: time)
        }
    }

    // MARK: The life of an attempt

    func lease(_ intent: AttemptIntent) async throws(StoreError) {
        try await around(.storeLease) { () throws(StoreError) in try await store.lease(intent) }
    }

    func markVerified(
        _ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime
    ) async throws(StoreError) {
        try await around(.storeMarkVerified) { () throws(StoreError) in
            try await store.markVerified(attempt, containerID: containerID, posture: posture, at: time)
        }
    }

    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError) {
        try await around(.storeMarkWorking) { () throws(StoreError) in
            try await store.markWorking(attempt, attestation: attestation, at: time)
        }
    }

    func markStopping(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await around(.storeMarkStopping) { () throws(StoreError) in try await store.markStopping(attempt, at: time)
        }
    }

    func markFinalizing(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await around(.storeMarkFinalizing) { () throws(StoreError) in
            try await store.markFinalizing(attempt, at: time)
        }
    }

    func setLending(_ job: JobID, _ isLending: Bool, at time: WallTime) async throws(StoreError) {
        try await around(.storeSetLending) { () throws(StoreError) in
            try await store.setLending(job, isLending, at: time)
        }
    }

    func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try await around(.storeFinish) { () throws(StoreError) in try await store.finish(outcome) }
    }

    func requeue(_ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime) async throws(StoreError) {
        try await around(.storeRequeue) { () throws(StoreError) in
            try await store.requeue(attempt, reason: reason, until: until, at: time)
        }
    }

    func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await around(.storeMarkAdopted) { () throws(StoreError) in try await store.markAdopted(attempt, at: time) }
    }

    func end(
        _ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime
    ) async throws(StoreError) {
        try await around(.storeEnd) { () throws(StoreError) in
            try await store.end(job, as: state, reason: reason, message: message, at: time)
        }
    }

    func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await around(.storeMarkRemoved) { () throws(StoreError) in try await store.markRemoved(attempt, at: time) }
    }

    // MARK: What people ask for

    func cancel(_ job: JobID, _ order: CancelOrder) async throws(StoreError) -> CancelReceipt {
        try await around(.storeCancel) { () throws(StoreError) in try await store.cancel(job, order) }
    }

    func hold(
        _ job: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime
    ) async throws(StoreError) {
        try await around(.storeHold) { () throws(StoreError) in try await store.hold(job, flag, by: actor, at: time) }
    }

    func setPriority(
        _ job: JobID, _ priority: Int, by actor: String, at time: WallTime
    ) async throws(StoreError) {
        try await around(.storeSetPriority) { () throws(StoreError) in
            try await store.setPriority(job, priority, by: actor, at: time)
        }
    }

    func decide(_ approval: JobID, isApproved: Bool, _ flag: JobSummary.Flag) async throws(StoreError) {
        try await around(.storeDecide) { () throws(StoreError) in
            try await store.decide(approval, isApproved: isApproved, flag)
        }
    }

    func retry(_ job: JobID, ids: any IDSource, by actor: String, at time: WallTime) async throws(StoreError) -> JobID {
        try await around(.storeRetry) { () throws(StoreError) in
            try await store.retry(job, ids: ids, by: actor, at: time)
        }
    }

    func discard(_ job: JobID, by actor: String, at time: WallTime) async throws(StoreError) {
        try await around(.storeDiscard) { () throws(StoreError) in try await store.discard(job, by: actor, at: time) }
    }

    func setQueue(
        _ queue: QueueID, _ change: QueueChange, by actor: String, at time: WallTime
    ) async throws(StoreError) -> QueueRow {
        try await around(.storeSetQueue) { () throws(StoreError) in
            try await store.setQueue(queue, change, by: actor, at: time)
        }
    }

    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await around(.storeSetCellVolume) { () throws(StoreError) in
            try await store.setCellVolume(name, digest: digest, at: time)
        }
    }
}

/// What only reads is passed on.
extension CrashingStore {
    func missingBlobs(of references: [BlobReference]) async throws(StoreError) -> [BlobReference] {
        try await store.missingBlobs(of: references)
    }
    func planRows() async throws(StoreError) -> PlanRows { try await store.planRows() }
    func expansions(limit: Int) async throws(StoreError) -> [Expansion] { try await store.expansions(limit: limit) }
    func inputs(of job: JobID) async throws(StoreError) -> [JobSpec.InputFile] { try await store.inputs(of: job) }
    func liveAttempts() async throws(StoreError) -> [AttemptRecord] { try await store.liveAttempts() }
    func cellVolume(digest: String) async throws(StoreError) -> String? { try await store.cellVolume(digest: digest) }
    func summary(_ reference: String) async throws(StoreError) -> JobSummary { try await store.summary(reference) }
    func job(_ reference: String) async throws(StoreError) -> JobRecord { try await store.job(reference) }
    func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        try await store.jobs(filter, limit: limit, before: before)
    }
    func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] { try await store.counts(filter) }
    func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await store.tree(root, limit: limit)
    }
    func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await store.needs(in: root, limit: limit)
    }
    func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] { try await store.counts(in: root) }
    func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts { try await store.waitFacts(of: job) }
    func queues() async throws(StoreError) -> [QueueStatistics] { try await store.queues() }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] { try await store.attempts(of: job) }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] { try await store.events(of: job) }
    func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await store.events(after: ordinal, limit: limit)
    }
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await store.bytes(of: reference, from: offset, count: count)
    }
}
