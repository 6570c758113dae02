import ControlClient
import ControlWire
import Model
import Planner
import Ports

/// The daemon behind its socket, as verbs need it.
struct DaemonClient: Daemonic, OutputSoFar {
    private let client: ControlClient
    private let reader: ControlJobReader

    /// Calls `body` with the daemon at `socket`.
    static func use<Value>(_ socket: String, _ body: (DaemonClient) async throws -> Value) async throws -> Value {
        try await withClient(socket) { try await body(DaemonClient($0)) }
    }

    init(_ client: ControlClient) { (self.client, reader) = (client, ControlJobReader(client)) }

    /// Calls `body` with what asks the daemon at `socket`.
    static func withClient<Value>(
        _ socket: String, _ body: (ControlClient) async throws -> Value
    ) async throws -> Value {
        let client = try ControlClient(socketPath: socket)
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }

    // MARK: What comes in

    func keep(_ source: any InputSource) async throws -> BlobReference {
        let view = try await client.upload(source)
        return BlobReference(digest: view.digest, size: ByteCount(bytes: view.sizeBytes))
    }

    func submit(_ submission: Submission) async throws -> SubmissionReceipt {
        let view = try await client.submit(submission)
        return SubmissionReceipt(root: try JobID(view.id), isNew: view.isNew)
    }

    func feed(_ source: any InputSource, to job: JobID) async throws { _ = try await client.feed(source, to: "\(job)") }

    func output(
        of job: JobID, _ stream: OutputStream, attempt: Int?, _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int? {
        do {
            return try await client.output(of: "\(job)", stream, attempt: attempt, take).attempt
        } catch let error as ControlError where error.code == .notFound && attempt != nil {
            return nil
        }
    }

    func isLast(_ attempt: Int, of job: JobID) async throws -> Bool {
        let now = try await reader.summary("\(job)")
        return now.state.isTerminal && now.attempts <= attempt
    }

    func outputNow(
        of job: JobID, _ stream: OutputStream, attempt: Int, _ take: ([UInt8]) async throws -> Void
    ) async throws {
        _ = try await client.output(of: "\(job)", stream, attempt: attempt, isFollowed: false, take)
    }

    func wait(for job: JobID, limit: Duration) async throws -> JobSummary {
        var rest = limit
        while true {
            // The daemon takes its time, so that nobody has to look at a clock here.
            let step = min(rest, .milliseconds(ControlWire.longestWaitMilliseconds))
            let state = try await client.wait(for: "\(job)", limit: step).state
            rest -= step
            if JobState(rawValue: state)?.isTerminal != false || rest <= .zero {
                return try await reader.summary("\(job)")
            }
        }
    }

    // MARK: Acts

    func cancel(_ job: JobID, isTree: Bool, reason: String, grace: Duration?) async throws -> CancelReceipt {
        let ask = CancelAsk(
            isTree: isTree, reason: reason.isEmpty ? nil : reason, graceMilliseconds: grace?.wholeMilliseconds)
        let view = try await client.cancel("\(job)", ask)
        return CancelReceipt(ended: view.ended, live: try view.stopping.map { try JobID($0) })
    }

    func retry(_ job: JobID) async throws -> JobID { try JobID(try await client.retry("\(job)").id) }

    func fork(_ job: JobID, _ changes: ForkChanges) async throws -> JobID {
        let ask = ForkAsk(
            command: changes.command, environment: changes.environment, limits: changes.limits,
            placement: changes.placement)
        return try JobID(try await client.fork("\(job)", ask).id)
    }

    func hold(_ job: JobID, reason: String) async throws { _ = try await client.hold("\(job)", reason: reason) }
    func release(_ job: JobID) async throws { _ = try await client.release("\(job)") }
    func discard(_ job: JobID) async throws { _ = try await client.discard("\(job)") }

    func decide(_ approval: JobID, isApproved: Bool, reason: String) async throws {
        _ = try await client.decide("\(approval)", isApproved: isApproved, reason: reason)
    }

    func setPriority(of job: JobID, to priority: Int) async throws {
        _ = try await client.setPriority("\(job)", priority)
    }

    func setQueue(_ queue: QueueID, _ change: QueueChange) async throws -> QueueView {
        // No limit is 0 on the wire.
        let limit: Int? = if case .some(let limit) = change.limit { limit ?? 0 } else { nil }
        let ask = QueueAsk(isPaused: change.isPaused, weight: change.weight, limit: limit)
        return try await client.setQueue(project: queue.project, queue: queue.queue, ask)
    }

    // MARK: News

    func newest() async throws -> Int64 { try await client.newestEvent() }

    private struct Enough: Error {}

    func follow(after ordinal: Int64, _ take: (EventView) async throws -> Bool) async throws {
        do {
            try await client.events(after: ordinal, isFollowed: true) { event in
                guard try await take(event) else { throw Enough() }
            }
        } catch is Enough {
            // ignored: it is how following ends
        }
    }

    func explanation(of job: JobSummary) async throws -> ExplanationView {
        try await client.explanation(of: "\(job.id)")
    }
}

// What is asked of the reader goes to the reader.
extension DaemonClient {
    func summary(_ reference: String) async throws(StoreError) -> JobSummary { try await reader.summary(reference) }
    func job(_ reference: String) async throws(StoreError) -> JobRecord { try await reader.job(reference) }
    func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        try await reader.jobs(filter, limit: limit, before: before)
    }
    func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] { try await reader.counts(filter) }
    func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await reader.tree(root, limit: limit)
    }
    func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await reader.needs(in: root, limit: limit)
    }
    func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] { try await reader.counts(in: root) }
    func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts { try await reader.waitFacts(of: job) }
    func queues() async throws(StoreError) -> [QueueStatistics] { try await reader.queues() }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] { try await reader.attempts(of: job) }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] { try await reader.events(of: job) }
    func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await reader.events(after: ordinal, limit: limit)
    }
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await reader.bytes(of: reference, from: offset, count: count)
    }
}
