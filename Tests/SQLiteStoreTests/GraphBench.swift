import CellWire
import Model
import Ports
import SQLiteStore
import TestSupport

/// A graph in a store, whose nodes are brought to their ends by name.
final class GraphBench {
    let store: SQLiteJobStore
    let ids: SeededIDs
    private(set) var root: JobID
    private(set) var nodes: [String: JobID] = [:]
    /// Grows by a second with each call.
    private(set) var time = WallTime(milliseconds: 10_000)

    /// Nodes written as `name` or `name: need, need=outcome`; outcomes beside the words are conditions.
    init(
        _ fixture: SQLiteFixture, _ lines: [String], change: (inout Submission) -> Void = { _ in }
    ) async throws {
        (store, ids) = (fixture.store, fixture.ids)
        var submission = Submission(
            name: "graph", nodes: lines.map(Self.node), specs: [Samples.plainSpec()], isGraph: true)
        change(&submission)
        let made = (0...submission.nodes.count).map { _ in fixture.ids.makeJobID() }
        let receipt = try await store.submit(Acceptance(submission, ids: made, at: time, actor: "ann"), inputs: [])
        root = receipt.root
        for (node, id) in zip(submission.nodes, made.dropFirst()) { nodes[node.name] = id }
    }

    private static func node(_ line: String) -> NodeSpec {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingPrefix(" ") }
        var node = NodeSpec(name: String(parts[0]), spec: 0)
        for need in parts.dropFirst().flatMap({ $0.split(separator: ",") }) {
            let words = need.trimmingPrefix(" ").split(separator: "=", maxSplits: 1)
            let word = words.count > 1 ? String(words[1]) : "ok"
            node.needs.append(Need(node: String(words[0]), on: Need.Outcome.words[word] ?? .when(word)))
        }
        return node
    }

    func tick() -> WallTime {
        time = WallTime(milliseconds: time.milliseconds + 1000)
        return time
    }

    func id(_ name: String) -> JobID { nodes[name] ?? root }
    func name(_ job: JobID, _ name: String) { nodes[name] = job }

    func summary(_ name: String) async throws -> JobSummary { try await store.summary("\(id(name))") }
    func state(_ name: String) async throws -> JobState { try await summary(name).state }
    func rootSummary() async throws -> JobSummary { try await store.summary("\(root)") }

    /// The states of all nodes, as `a succeeded, b ready`.
    func states() async throws -> String {
        var words: [String] = []
        for (name, id) in nodes.sorted(by: { $0.key < $1.key }) {
            words.append("\(name) \(try await store.summary("\(id)").state.rawValue)")
        }
        return words.joined(separator: ", ")
    }

    /// Brings a ready node to `running`.
    @discardableResult
    func start(_ name: String) async throws -> AttemptID {
        let job = try await summary(name)
        let intent = AttemptIntent(
            attempt: AttemptID(job: job.id, number: job.attempts + 1), containerName: "c-\(job.id)-\(job.attempts)",
            profileDigest: "sha256:p", frameKey: 1, at: tick())
        try await store.lease(intent)
        try await store.markVerified(
            intent.attempt, containerID: "id-\(job.id)-\(job.attempts)", posture: .null, at: time)
        try await store.markWorking(intent.attempt, attestation: Attestation(), at: time)
        return intent.attempt
    }

    /// Runs a ready node to its end.
    func run(_ name: String, _ state: JobState = .succeeded, exit: Int? = nil, result: String? = nil) async throws {
        try await end(start(name), state, exit: exit, result: result)
    }

    func end(
        _ attempt: AttemptID, _ state: JobState, exit: Int? = nil, result: String? = nil, leavesSandbox: Bool = false
    ) async throws {
        var outcome = AttemptOutcome(
            attempt: attempt, jobState: state, attemptState: .collected, reason: "exit_status", message: "It ended.",
            at: tick())
        var record = CellRecord()
        record.exitCode = exit
        outcome.record = record
        outcome.result = result.map { Samples.content($0) }
        try await store.finish(outcome)
        if !leavesSandbox { try await store.markRemoved(attempt, at: time) }
    }
}
