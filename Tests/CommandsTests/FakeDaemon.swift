import ControlWire
import Model
import Planner
import Ports
import Synchronization

@testable import Commands

/// A daemon of a few rows, which keeps what it is asked to do.
final class FakeDaemon: Daemonic {
    struct State {
        var jobs: [JobSummary] = []
        var records: [JobID: JobRecord] = [:]
        var attempts: [JobID: [AttemptRecord]] = [:]
        var needs: [NeedRecord] = []
        var queues: [QueueStatistics] = []
        var events: [EventRecord] = []
        /// What was asked for, in words.
        var acts: [String] = []
        var submissions: [Submission] = []
        var kept: [[UInt8]] = []
        /// What comes to pass, one step for each wait for news; each step may change anything.
        var steps: [@Sendable (inout State) -> Void] = []
        /// What each ask for a stream comes to, one after the other.
        var outputs: [OutputStream: [ScriptedOutput]] = [:]
        /// By digest.
        var blobs: [String: [UInt8]] = [:]
        /// What acts on these jobs end with.
        var refusals: [JobID: StoreError] = [:]
    }

    private let state: Mutex<State>

    init(_ build: (inout State) -> Void = { _ in }) {
        var state = State()
        build(&state)
        self.state = Mutex(state)
    }

    var acts: [String] { state.withLock { $0.acts } }
    var submissions: [Submission] { state.withLock { $0.submissions } }
    var kept: [[UInt8]] { state.withLock { $0.kept } }

    private func act(_ words: String, _ job: JobID? = nil) throws {
        try state.withLock { state in
            if let job, let refusal = state.refusals[job] { throw refusal }
            state.acts.append(words)
        }
    }

    // MARK: Control

    func keep(_ source: any InputSource) async throws -> BlobReference {
        var bytes: [UInt8] = []
        while let piece = try await source.next() { bytes += piece }
        let (content, size) = (bytes, ByteCount(bytes: Int64(bytes.count)))
        return state.withLock { state in
            state.kept.append(content)
            return BlobReference(digest: "sha256:\(state.kept.count)", size: size)
        }
    }

    func submit(_ submission: Submission) async throws -> SubmissionReceipt {
        let root = try JobID("k3v9x2m7q4ta")
        state.withLock { $0.submissions.append(submission) }
        return SubmissionReceipt(root: root, isNew: true)
    }

    func feed(_ source: any InputSource, to job: JobID) async throws { try act("feed \(job)", job) }
    func output(
        of job: JobID, _ stream: OutputStream, attempt: Int?, _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int? {
        let script = state.withLock { state -> ScriptedOutput? in
            guard state.outputs[stream]?.isEmpty == false else { return nil }
            let next = state.outputs[stream]?.removeFirst()
            state.acts.append("output \(stream) \(attempt.map { "\($0)" } ?? "newest")")
            return next
        }
        guard let script else { return nil }
        for piece in script.pieces { try await take(Array(piece.utf8)) }
        if let failure = script.failure { throw failure }
        return script.attempt
    }
    func isLast(_ attempt: Int, of job: JobID) async throws -> Bool {
        let job = try await summary("\(job)")
        return job.state.isTerminal && job.attempts <= attempt
    }

    func wait(for job: JobID, limit: Duration) async throws -> JobSummary { try await summary("\(job)") }

    func cancel(_ job: JobID, isTree: Bool, reason: String, grace: Duration?) async throws -> CancelReceipt {
        try act("cancel \(job)\(isTree ? " tree" : "")\(grace.map { " \($0.text)" } ?? "") \(reason)", job)
        return CancelReceipt(ended: 1, live: [])
    }

    func retry(_ job: JobID) async throws -> JobID {
        try act("retry \(job)", job)
        return try JobID("newnewnewnew")
    }

    func fork(_ job: JobID, _ changes: ForkChanges) async throws -> JobID {
        try act("fork \(job) \(changes.command ?? []) \(changes.environment) \(changes.limits)", job)
        return try JobID("newnewnewnew")
    }

    func hold(_ job: JobID, reason: String) async throws { try act("hold \(job) \(reason)", job) }
    func release(_ job: JobID) async throws { try act("release \(job)", job) }
    func discard(_ job: JobID) async throws { try act("discard \(job)", job) }
    func decide(_ approval: JobID, isApproved: Bool, reason: String) async throws {
        try act("\(isApproved ? "approve" : "reject") \(approval) \(reason)", approval)
    }
    func setPriority(of job: JobID, to priority: Int) async throws { try act("priority \(job) \(priority)", job) }
    func setQueue(_ queue: QueueID, _ change: QueueChange) async throws -> QueueView {
        try act("queue \(queue.project)/\(queue.queue) \(change.isPaused.map { "\($0)" } ?? "-")")
        var row = QueueRow(queue)
        row.isPaused = change.isPaused ?? false
        row.weight = change.weight ?? 1
        if let limit = change.limit { row.limit = limit }
        return QueueView(QueueStatistics(row))
    }

    // MARK: News

    func newest() async throws -> Int64 { state.withLock { $0.events.last?.ordinal ?? 0 } }

    func follow(after ordinal: Int64, _ take: (EventView) async throws -> Bool) async throws {
        var last = ordinal
        while true {
            let next = state.withLock { state -> EventRecord? in
                if let event = state.events.first(where: { $0.ordinal > last }) { return event }
                guard !state.steps.isEmpty else { return nil }
                state.steps.removeFirst()(&state)
                return state.events.first { $0.ordinal > last }
            }
            guard let next else { return }
            last = next.ordinal
            let goesOn = try await take(EventView(next))
            if !goesOn { return }
        }
    }

    func explanation(of job: JobSummary) async throws -> ExplanationView {
        ExplanationView(
            job: "\(job.id)", state: job.state.rawValue, reason: .hold, sentence: "Ann holds it back.",
            needed: "Somebody has to release it.", command: "caisson release \(job.id)")
    }

    // MARK: Reader

    func summary(_ reference: String) async throws(StoreError) -> JobSummary {
        let jobs = state.withLock { $0.jobs }
        if reference == "@latest", let last = jobs.last(where: { $0.id == $0.root }) { return last }
        let found = jobs.filter { "\($0.id)".hasPrefix(reference) }
        guard found.count < 2 else { throw .ambiguous(prefix: reference, matches: found.count) }
        guard let only = found.first else { throw .notFound(reference) }
        return only
    }

    func job(_ reference: String) async throws(StoreError) -> JobRecord {
        let summary = try await summary(reference)
        guard let record = state.withLock({ $0.records[summary.id] }) else {
            throw .runsNothing(id: "\(summary.id)", kind: summary.kind)
        }
        return record
    }

    func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        let jobs = state.withLock { $0.jobs }.enumerated().filter { index, job in
            (before.map { Int64(index) < $0 } ?? true)
                && (filter.states.isEmpty || filter.states.contains(job.state))
                && (filter.kinds.isEmpty || filter.kinds.contains(job.kind))
                && (filter.queue == nil || filter.queue == job.placement.queue)
                && (filter.root == nil || (filter.root == job.root && job.id != job.root))
                && (filter.needsAttention == nil || filter.needsAttention == (job.attention != nil))
                && (!filter.rootsOnly || job.id == job.root)
        }.reversed()
        let page = jobs.prefix(limit)
        return JobPage(
            jobs: page.map(\.element), next: jobs.count > limit ? page.last.map { Int64($0.offset) } : nil)
    }

    func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        state.withLock { $0.jobs.filter { $0.root == root } }
    }
    func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] { state.withLock { $0.needs } }
    func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] {
        try await jobs(filter, limit: .max, before: nil).jobs.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }
    func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] {
        state.withLock { $0.jobs.filter { $0.root == root && $0.id != root } }.reduce(into: [:]) {
            $0[$1.state, default: 0] += 1
        }
    }
    func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts {
        WaitFacts(job: try await summary("\(job)"), queue: QueueRow(QueueID()))
    }
    func queues() async throws(StoreError) -> [QueueStatistics] { state.withLock { $0.queues } }
    func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        state.withLock { $0.attempts[job] ?? [] }
    }
    func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        state.withLock { state in
            let jobs = Set(state.jobs.filter { $0.root == job || $0.id == job }.map(\.id))
            return state.events.filter { jobs.contains($0.job) }
        }
    }
    func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        state.withLock { Array($0.events.filter { $0.ordinal > ordinal }.prefix(limit)) }
    }
    func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        let content = state.withLock { $0.blobs[reference.digest] ?? [] }
        return Array(content.dropFirst(Int(offset)).prefix(count))
    }
}

extension FakeDaemon: OutputSoFar {
    func outputNow(
        of job: JobID, _ stream: OutputStream, attempt: Int, _ take: ([UInt8]) async throws -> Void
    ) async throws {
        _ = try await output(of: job, stream, attempt: attempt, take)
    }
}

/// What one ask for a stream comes to.
struct ScriptedOutput: Sendable {
    var attempt: Int? = 1
    var pieces: [String] = []
    /// Instead of an end.
    var failure: StoreError?
}
