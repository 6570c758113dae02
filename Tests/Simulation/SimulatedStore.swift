import CellWire
import Model
import Planner
import Ports

/// What the simulation needs of a store.
typealias AnyStore = any JobStore & JobReader & BlobReader

/// The real store as one daemon reaches it.
///
/// Before and after each call the task stands back, so that others come between, or the daemon dies: before the commit, or after it and
/// before its answer. The call itself is carried out on the spot.
struct SimulatedStore {
    let world: SimulationWorld
    let life: DaemonLife
    /// The bug that is planted, if there is one.
    let variant: VariantMemory

    func read<Value: Sendable>(
        _ call: @escaping @Sendable (AnyStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let inner = try await stand()
        let value = try await call(inner)
        try await stand()
        return value
    }

    func write<Value: Sendable>(
        _ call: @escaping @Sendable (AnyStore) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let inner = try await stand()
        if world.hasFault() { throw .busy(waited: .seconds(5)) }
        world.writes += 1
        let value = try await call(inner)
        try await stand()
        return value
    }

    /// A write that is refused if the row has been moved.
    private func fenced(
        _ call: @escaping @Sendable (AnyStore) async throws(StoreError) -> Void
    ) async throws(StoreError) {
        do throws(StoreError) {
            try await write(call)
        } catch {
            switch error {
            case .conflict where variant.hasNoFence, .notFound where variant.hasNoFence: return
            default: throw error
            }
        }
    }

    @discardableResult
    private func stand() async throws(StoreError) -> AnyStore {
        await Task.yield()
        return try store()
    }

    private func store() throws(StoreError) -> AnyStore {
        guard let store = life.store else { throw .unavailable(path: "simulated", reason: "the daemon is dead") }
        return store
    }
}

extension SimulatedStore: JobStore {
    func digest(of spec: JobSpec) throws(StoreError) -> String { try store().digest(of: spec) }

    func keep(_ blob: Blob, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.keep(blob, at: time) }
    }
    func missingBlobs(of references: [BlobReference]) async throws(StoreError) -> [BlobReference] {
        try await read { (store) async throws(StoreError) in try await store.missingBlobs(of: references) }
    }
    func submit(_ acceptance: Acceptance, inputs: [Blob]) async throws(StoreError) -> SubmissionReceipt {
        try await write { (store) async throws(StoreError) in try await store.submit(acceptance, inputs: inputs) }
    }
    func planRows() async throws(StoreError) -> PlanRows {
        variant.seen(try await read { (store) async throws(StoreError) in try await store.planRows() })
    }
    func wake(at now: WallTime) async throws(StoreError) -> WakeUp {
        // It tells itself what it has moved: nobody has to be woken.
        world.writes += 1
        return try await read { (store) async throws(StoreError) in try await store.wake(at: now) }
    }
    func expansions(limit: Int) async throws(StoreError) -> [Expansion] {
        try await read { (store) async throws(StoreError) in try await store.expansions(limit: limit) }
    }
    func expand(_ map: JobID, members: [Blob], ids: [JobID], at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in
            try await store.expand(map, members: members, ids: ids, at: time)
        }
    }
    func lease(_ intent: AttemptIntent) async throws(StoreError) {
        variant.willLease(intent.attempt.job)
        try await fenced { (store) async throws(StoreError) in try await store.lease(intent) }
        variant.didLease(intent.attempt.job)
    }
    func inputs(of job: JobID) async throws(StoreError) -> [JobSpec.InputFile] {
        try await read { (store) async throws(StoreError) in try await store.inputs(of: job) }
    }
    func markVerified(_ attempt: AttemptID, containerID: String, posture: JSONValue, at time: WallTime)
        async throws(StoreError)
    {
        try await fenced { (store) async throws(StoreError) in
            try await store.markVerified(attempt, containerID: containerID, posture: posture, at: time)
        }
    }
    func markWorking(_ attempt: AttemptID, attestation: Attestation, at time: WallTime) async throws(StoreError) {
        try await fenced { (store) async throws(StoreError) in
            try await store.markWorking(attempt, attestation: attestation, at: time)
        }
    }
    func markStopping(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.markStopping(attempt, at: time) }
    }
    func markFinalizing(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.markFinalizing(attempt, at: time) }
    }
    func setLending(_ job: JobID, _ isLending: Bool, at time: WallTime) async throws(StoreError) {
        guard variant.lends else { return }
        try await write { (store) async throws(StoreError) in try await store.setLending(job, isLending, at: time) }
    }
    func finish(_ outcome: AttemptOutcome) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.finish(outcome) }
    }
    func requeue(_ attempt: AttemptID, reason: String, until: WallTime?, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in
            try await store.requeue(attempt, reason: reason, until: until, at: time)
        }
    }
    func markAdopted(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) -> Int {
        try await write { (store) async throws(StoreError) in try await store.markAdopted(attempt, at: time) }
    }
    func end(_ job: JobID, as state: JobState, reason: String, message: String, at time: WallTime)
        async throws(StoreError)
    {
        try await write { (store) async throws(StoreError) in
            try await store.end(job, as: state, reason: reason, message: message, at: time)
        }
    }
    func markRemoved(_ attempt: AttemptID, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.markRemoved(attempt, at: time) }
    }
    func liveAttempts() async throws(StoreError) -> [AttemptRecord] {
        try await read { (store) async throws(StoreError) in try await store.liveAttempts() }
    }
    func cancel(_ job: JobID, _ order: CancelOrder) async throws(StoreError) -> CancelReceipt {
        let receipt = try await write { (store) async throws(StoreError) in try await store.cancel(job, order) }
        variant.didCancel(receipt.live)
        return receipt
    }
    func hold(_ job: JobID, _ flag: JobSummary.Flag?, by actor: String, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.hold(job, flag, by: actor, at: time) }
    }
    func setPriority(_ job: JobID, _ priority: Int, by actor: String, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in
            try await store.setPriority(job, priority, by: actor, at: time)
        }
    }
    func decide(_ approval: JobID, isApproved: Bool, _ flag: JobSummary.Flag) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in
            try await store.decide(approval, isApproved: isApproved, flag)
        }
    }
    func retry(_ job: JobID, ids: any IDSource, by actor: String, at time: WallTime) async throws(StoreError) -> JobID {
        try await write { (store) async throws(StoreError) in try await store.retry(job, ids: ids, by: actor, at: time)
        }
    }
    func discard(_ job: JobID, by actor: String, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in try await store.discard(job, by: actor, at: time) }
    }
    func setQueue(
        _ queue: QueueID, _ change: QueueChange, by actor: String, at time: WallTime
    ) async throws(StoreError) -> QueueRow {
        try await write { (store) async throws(StoreError) in
            try await store.setQueue(queue, change, by: actor, at: time)
        }
    }
    func cellVolume(digest: String) async throws(StoreError) -> String? {
        try await read { (store) async throws(StoreError) in try await store.cellVolume(digest: digest) }
    }
    func setCellVolume(_ name: String, digest: String, at time: WallTime) async throws(StoreError) {
        try await write { (store) async throws(StoreError) in
            try await store.setCellVolume(name, digest: digest, at: time)
        }
    }
}

extension SimulatedStore: JobReader, BlobReader {
    func summary(_ reference: String) async throws(StoreError) -> JobSummary {
        try await read { (store) async throws(StoreError) in try await store.summary(reference) }
    }
    func job(_ reference: String) async throws(StoreError) -> JobRecord {
        try await read { (store) async throws(StoreError) in try await store.job(reference) }
    }
    func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        try await read { (store) async throws(StoreError) in
            try await store.jobs(filter, limit: limit, before: before)
        }
    }
    func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] {
        try await read { (store) async throws(StoreError) in try await store.counts(filter) }
    }
    func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await read { (store) async throws(StoreError) in try await store.tree(root, limit: limit) }
    }
    func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await read { (store) async throws(StoreError) in try await store.needs(in: root, limit: limit) }
    }
    func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] {
        try await read { (store) async throws(StoreError) in try await store.counts(in: root) }
    }
    func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts {
        try await read { (store) async throws(StoreError) in try await store.waitFacts(of: job) }
    }
    func queues() async throws(StoreError) -> [QueueStatistics] {
        try await read { (store) async throws(StoreError) in try await store.queues() }
    }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        try await read { (store) async throws(StoreError) in try await store.attempts(of: job) }
    }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        try await read { (store) async throws(StoreError) in try await store.events(of: job) }
    }
    func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await read { (store) async throws(StoreError) in try await store.events(after: ordinal, limit: limit) }
    }
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await read { (store) async throws(StoreError) in
            try await store.bytes(of: reference, from: offset, count: count)
        }
    }
}
