import ControlWire
import Model
import Planner
import Ports

// What the daemon told, as the records that it was told from.

extension JobSummary {
    /// - Throws: ``ControlError/protocolViolation(detail:)`` naming the first member that cannot be right.
    init(_ view: JobView) throws {
        guard let state = JobState(rawValue: view.state) else { throw ControlError.strange("state", view.state) }
        guard let kind = JobKind(rawValue: view.kind) else { throw ControlError.strange("kind", view.kind) }
        guard let effect = Effect(rawValue: view.effect) else { throw ControlError.strange("effect", view.effect) }
        self.init(
            id: try JobID(view.id), root: try JobID(view.root), state: state,
            createdAt: try WallTime(told: view.createdAt))
        (self.kind, self.effect, name, parent) = (kind, effect, view.name, try view.parent.map { try JobID($0) })
        (reason, message, specDigest) = (view.reason, view.message, view.specDigest)
        (imageName, command, question, each) = (view.image, view.command, view.question, view.each)
        placement = Placement(
            project: view.project, queue: view.queue, priority: view.priority, concurrency: view.concurrency)
        (notBefore, readyAt) = (try WallTime(ifTold: view.notBefore), try WallTime(ifTold: view.readyAt))
        (startedAt, finishedAt) = (try WallTime(ifTold: view.startedAt), try WallTime(ifTold: view.finishedAt))
        (attempts, toolAttempts, openNeeds) = (view.attemptCount, view.toolAttempts, view.openNeeds)
        hold = try view.hold.map { try Flag($0) }
        cancelRequest = try view.cancelRequest.map { try Flag($0) }
        attention = try view.attention.map { try Flag($0) }
        if let job = view.retryOf { lineage = Lineage(.retry, of: try JobID(job)) }
        if let job = view.forkOf { lineage = Lineage(.fork, of: try JobID(job)) }
        generation = view.generation
    }
}

extension JobSummary.Flag {
    init(_ view: FlagView) throws {
        self.init(actor: view.actor, reason: view.reason, at: try WallTime(told: view.at))
    }
}

extension JobRecord {
    /// - Throws: ``ControlError/protocolViolation(detail:)``.
    init(_ view: JobView) throws {
        guard let spec = view.spec else { throw ControlError.protocolViolation(detail: "a job has no spec") }
        self.init(try JobSummary(view), spec: spec, specDigest: view.specDigest ?? "")
    }
}

extension AttemptRecord {
    /// All but the key of the sandbox's frames, which is nobody's but the daemon's.
    ///
    /// - Throws: ``ControlError/protocolViolation(detail:)``.
    init(_ view: AttemptView, of job: JobID) throws {
        guard let state = AttemptState(rawValue: view.state) else { throw ControlError.strange("state", view.state) }
        guard let detail = view.detail else { throw ControlError.protocolViolation(detail: "an attempt has no detail") }
        self.init(
            id: AttemptID(job: job, number: view.number), state: state, containerName: view.containerName,
            profileDigest: view.profileDigest, frameKey: 0, createdAt: try WallTime(told: detail.createdAt))
        (containerID, reason, adoptions) = (view.containerID, view.reason, detail.adoptions)
        (outcome, message) = (view.outcome.flatMap { JobState(rawValue: $0) }, view.message)
        finishedAt = try detail.finishedAt.map { try WallTime(told: $0) }
        (posture, attestation, toolPosture) = (view.posture, view.attestation, view.toolPosture)
        record = view.record
        phases = detail.phases.map { Phase(name: $0.name, microseconds: $0.microseconds) }
        stdout = detail.stdout.map { BlobReference($0) }
        stderr = detail.stderr.map { BlobReference($0) }
        result = detail.result.map { BlobReference($0) }
        artifacts = view.artifacts.map {
            Artifact(path: $0.path, blob: BlobReference($0.digest, $0.sizeBytes), problem: $0.problem)
        }
        changes = try view.changes.map { change in
            guard let kind = Change.Kind(rawValue: change.change) else {
                throw ControlError.strange("change", change.change)
            }
            return Change(
                path: change.path, kind: kind, blob: BlobReference(change.digest, change.sizeBytes),
                problem: change.problem)
        }
    }
}

extension EventRecord {
    init(_ view: EventView) throws {
        self.init(
            ordinal: view.ordinal, sequence: view.sequence, job: try JobID(view.job), at: try WallTime(told: view.at),
            name: view.name, attempt: view.attempt, state: view.state.flatMap { JobState(rawValue: $0) },
            actor: view.actor)
    }
}

extension NeedRecord {
    init(_ view: NeedView) throws {
        guard let state = JobState(rawValue: view.parentState) else {
            throw ControlError.strange("state", view.parentState)
        }
        self.init(
            child: try JobID(view.child), parent: try JobID(view.parent), parentName: view.parentName,
            parentState: state, on: view.on, isMet: view.isMet)
    }
}

extension QueueStatistics {
    init(_ view: QueueView) throws {
        self.init(
            QueueRow(
                QueueID(project: view.project, queue: view.queue), weight: view.weight, limit: view.limit,
                isPaused: view.isPaused))
        counts = [JobState: Int](told: view.counts)
        (oldestReady, held) = (try WallTime(ifTold: view.oldestReady), view.held)
    }
}

extension [JobState: Int] {
    /// States that this release does not know are left out.
    init(told counts: [String: Int]) {
        self.init(
            counts.compactMap { name, count in JobState(rawValue: name).map { ($0, count) } },
            uniquingKeysWith: { first, _ in first })
    }
}

extension BlobReference {
    init(_ view: BlobView) { self.init(digest: view.digest, size: ByteCount(bytes: view.sizeBytes)) }

    fileprivate init?(_ digest: String?, _ size: Int64?) {
        guard let digest, let size else { return nil }
        self.init(digest: digest, size: ByteCount(bytes: size))
    }
}

extension WallTime {
    fileprivate init(told text: String) throws {
        guard let time = WallTime(rfc3339: text) else { throw ControlError.strange("time", text) }
        self = time
    }

    fileprivate init?(ifTold text: String?) throws {
        guard let text else { return nil }
        try self.init(told: text)
    }
}

extension ControlError {
    fileprivate static func strange(_ member: String, _ value: String) -> ControlError {
        .protocolViolation(detail: "a \(member) is \"\(value)\"")
    }
}
