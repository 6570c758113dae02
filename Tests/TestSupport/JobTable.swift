import Model
import Ports

/// The rows of a ``MemoryJobStore``, and the moves that the rules allow.
struct JobTable {
    private(set) var jobs: [JobID: JobRecord] = [:]
    private var order: [JobID] = []
    var attempts: [AttemptID: AttemptRecord] = [:]
    /// Attempts whose container is known to be gone.
    var removed: Set<AttemptID> = []
    var outcomes: [AttemptOutcome] = []
    private(set) var events: [JobID: [EventRecord]] = [:]
    private(set) var blobs: [String: Blob] = [:]
    var cellVolumes: [String: String] = [:]

    /// The oldest first.
    var inOrder: [JobRecord] { order.compactMap { jobs[$0] } }

    func lastAttempt(of job: JobID) -> Int { attempts.keys.filter { $0.job == job }.map(\.number).max() ?? 0 }

    mutating func add(_ job: JobRecord) {
        if jobs.updateValue(job, forKey: job.id) == nil { order.append(job.id) }
    }

    mutating func add(_ blob: Blob) { blobs[blob.reference.digest] = blobs[blob.reference.digest] ?? blob }

    mutating func tell(_ name: String, of job: JobID, attempt: Int? = nil, at time: WallTime) {
        let next = (events[job]?.count ?? 0) + 1
        events[job, default: []].append(EventRecord(sequence: next, at: time, name: name, attempt: attempt))
    }

    /// - Parameters `time`, `reason` and `message`: for a terminal state.
    mutating func move(
        _ job: JobID, to state: JobState, at time: WallTime? = nil, reason: String? = nil, message: String? = nil
    ) throws(StoreError) {
        guard let found = jobs[job]?.state else { throw .notFound("\(job)") }
        guard found.allows(state) else {
            let allowed = JobState.allCases.filter { $0.allows(state) }.map(\.rawValue)
            throw .conflict(id: "\(job)", expected: allowed.joined(separator: " or "), found: found.rawValue)
        }
        jobs[job]?.state = state
        jobs[job]?.finishedAt = time
        jobs[job]?.reason = reason
        jobs[job]?.message = message
    }

    mutating func move(
        _ attempt: AttemptID, to state: AttemptState, at time: WallTime? = nil
    ) throws(StoreError) {
        guard let (found, finishedAt) = attempts[attempt].map({ ($0.state, $0.finishedAt) }) else {
            throw .notFound("\(attempt)")
        }
        guard found.allows(state) else {
            let allowed = AttemptState.allCases.filter { $0.allows(state) }.map(\.rawValue)
            throw .conflict(id: "\(attempt)", expected: allowed.joined(separator: " or "), found: found.rawValue)
        }
        attempts[attempt]?.state = state
        attempts[attempt]?.finishedAt = finishedAt ?? time
    }

    mutating func finish(_ outcome: AttemptOutcome) throws(StoreError) {
        let attempt = outcome.attempt
        guard outcome.jobState.isTerminal else {
            throw .conflict(id: "\(attempt.job)", expected: "given a terminal state", found: outcome.jobState.rawValue)
        }
        guard outcome.attemptState == .collected || outcome.attemptState == .lost else {
            throw .conflict(id: "\(attempt)", expected: "given collected or lost", found: outcome.attemptState.rawValue)
        }
        try move(attempt, to: outcome.attemptState, at: outcome.at)
        try move(
            attempt.job, to: outcome.jobState, at: outcome.at, reason: outcome.reason, message: outcome.message)
        for blob in [outcome.stdout, outcome.stderr, outcome.result].compactMap(\.self) + outcome.artifactBlobs {
            add(blob)
        }
        let kept = outcome.artifacts.map { ($0.path, $0.blob) } + outcome.changes.map { ($0.path, $0.blob) }
        for (path, blob) in kept {
            guard let blob, blobs[blob.digest] == nil else { continue }
            throw .corrupt(detail: "\(path) names a blob that is not there")
        }
        attempts[attempt]?.toolPosture = outcome.toolPosture
        attempts[attempt]?.record = outcome.record
        attempts[attempt]?.phases = outcome.phases
        attempts[attempt]?.stdout = outcome.stdout?.reference
        attempts[attempt]?.stderr = outcome.stderr?.reference
        attempts[attempt]?.result = outcome.result?.reference
        attempts[attempt]?.artifacts = outcome.artifacts
        attempts[attempt]?.changes = outcome.changes
        outcomes.append(outcome)
        if outcome.changes.contains(where: { $0.kind == .deleted }) {
            tell("files_deleted", of: attempt.job, attempt: attempt.number, at: outcome.at)
        }
        tell("finished", of: attempt.job, attempt: attempt.number, at: outcome.at)
    }
}
