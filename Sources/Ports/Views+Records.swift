package import ControlWire
import Model
import Planner

// How records are shown: the daemon's answers and the verbs that read the store themselves say the same, because both say this.

extension JobView {
    package init(_ job: JobSummary) {
        self.init(
            id: "\(job.id)", kind: job.kind.rawValue, root: "\(job.root)", state: job.state.rawValue,
            placement: job.placement, createdAt: job.createdAt.rfc3339)
        (name, parent, reason, message) = (job.name, job.parent.map { "\($0)" }, job.reason, job.message)
        (effect, specDigest, image, command) = (job.effect.rawValue, job.specDigest, job.imageName, job.command)
        (notBefore, readyAt) = (job.notBefore?.rfc3339, job.readyAt?.rfc3339)
        (startedAt, finishedAt) = (job.startedAt?.rfc3339, job.finishedAt?.rfc3339)
        (attemptCount, toolAttempts, openNeeds) = (job.attempts, job.toolAttempts, job.openNeeds)
        (question, each, generation) = (job.question, job.each, job.generation)
        hold = job.hold.map { FlagView($0) }
        cancelRequest = job.cancelRequest.map { FlagView($0) }
        attention = job.attention.map { FlagView($0) }
        switch job.lineage?.kind {
        case .retry: retryOf = job.lineage.map { "\($0.of)" }
        case .fork: forkOf = job.lineage.map { "\($0.of)" }
        case nil: break
        }
    }

    package init(_ job: JobRecord, attempts: [AttemptRecord]? = nil, events: [EventRecord]? = nil) {
        self.init(job.summary)
        (image, imageID, command) = (job.spec.imageName, job.spec.imageID, job.spec.command)
        (environment, profile, specDigest) = (job.spec.environment.keys.sorted(), job.spec.profile, job.specDigest)
        self.attempts = attempts?.map { AttemptView($0) }
        self.events = events?.map { EventView($0) }
    }
}

extension FlagView {
    package init(_ flag: JobSummary.Flag) { self.init(actor: flag.actor, reason: flag.reason, at: flag.at.rfc3339) }
}

extension AttemptView {
    package init(_ attempt: AttemptRecord) {
        self.init(
            number: attempt.id.number, state: attempt.state.rawValue, containerName: attempt.containerName,
            profileDigest: attempt.profileDigest)
        (outcome, reason, message) = (attempt.outcome?.rawValue, attempt.reason, attempt.message)
        containerID = attempt.containerID
        phasesMilliseconds = Dictionary(
            attempt.phases.map { ($0.name, Double($0.microseconds) / 1000) }, uniquingKeysWith: { first, _ in first })
        (record, attestation, toolPosture) = (attempt.record, attempt.attestation, attempt.toolPosture)
        (stdoutBytes, stderrBytes) = (attempt.stdout?.size.bytes, attempt.stderr?.size.bytes)
        artifacts = attempt.artifacts.map {
            ArtifactView(path: $0.path, blob: $0.blob.map { BlobView($0) }, problem: $0.problem)
        }
        changes = attempt.changes.map {
            ChangeView(
                path: $0.path, change: $0.kind.rawValue, blob: $0.blob.map { BlobView($0) }, problem: $0.problem)
        }
        posture = attempt.posture
    }
}

extension AttemptDetail {
    package init(_ attempt: AttemptRecord) {
        self.init(
            createdAt: attempt.createdAt.rfc3339, finishedAt: attempt.finishedAt?.rfc3339,
            adoptions: attempt.adoptions,
            phases: attempt.phases.map { Phase(name: $0.name, microseconds: $0.microseconds) })
        stdout = attempt.stdout.map { BlobView($0) }
        stderr = attempt.stderr.map { BlobView($0) }
        result = attempt.result.map { BlobView($0) }
    }
}

extension EventView {
    package init(_ event: EventRecord) {
        self.init(
            ordinal: event.ordinal, sequence: event.sequence, job: "\(event.job)", at: event.at.rfc3339,
            name: event.name, attempt: event.attempt)
        (state, actor) = (event.state?.rawValue, event.actor)
    }
}

extension BlobView {
    package init(_ reference: BlobReference) {
        self.init(digest: reference.digest, sizeBytes: reference.size.bytes)
    }
}

extension NeedView {
    package init(_ need: NeedRecord) {
        self.init(
            child: "\(need.child)", parent: "\(need.parent)", parentName: need.parentName,
            parentState: need.parentState.rawValue, on: need.on, isMet: need.isMet)
    }
}

extension QueueView {
    package init(_ statistics: QueueStatistics) {
        let queue = statistics.queue
        self.init(
            project: queue.id.project, queue: queue.id.queue, weight: queue.weight, limit: queue.limit,
            isPaused: queue.isPaused,
            counts: Dictionary(
                statistics.counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first }),
            oldestReady: statistics.oldestReady?.rfc3339, held: statistics.held)
    }
}

extension ExplanationView {
    package init(_ answer: WaitAnswer) {
        self.init(
            job: "\(answer.job)", state: answer.state.rawValue, reason: answer.reason, sentence: answer.sentence,
            needed: answer.needed, command: answer.command)
    }
}
