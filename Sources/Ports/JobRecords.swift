package import CellWire
package import Model

/// A job that runs something, as it is stored.
package struct JobRecord: Sendable, Hashable {
    package var summary: JobSummary
    package var spec: JobSpec
    /// `sha256:` and 64 hex digits, of the spec's stored form.
    package let specDigest: String

    package init(_ summary: JobSummary, spec: JobSpec, specDigest: String) {
        (self.summary, self.spec, self.specDigest) = (summary, spec, specDigest)
    }

    package var id: JobID { summary.id }
    package var state: JobState { summary.state }
    package var createdAt: WallTime { summary.createdAt }
    package var finishedAt: WallTime? { summary.finishedAt }
    package var reason: String? { summary.reason }
    package var message: String? { summary.message }
}

/// The intent of an attempt, committed before the Engine is asked for anything.
package struct AttemptIntent: Sendable, Hashable {
    package let attempt: AttemptID
    /// The name the container will have, derived from installation, job and attempt.
    package let containerName: String
    /// `sha256:…` of the hardening profile in force.
    package let profileDigest: String
    /// What every frame of this sandbox carries: whoever goes on with the attempt needs it.
    package let frameKey: UInt64
    package let at: WallTime

    package init(attempt: AttemptID, containerName: String, profileDigest: String, frameKey: UInt64, at: WallTime) {
        (self.attempt, self.containerName, self.profileDigest) = (attempt, containerName, profileDigest)
        (self.frameKey, self.at) = (frameKey, at)
    }
}

/// An attempt as it is stored.
package struct AttemptRecord: Sendable, Hashable {
    package let id: AttemptID
    package var state: AttemptState
    package let containerName: String
    package var containerID: String?
    package let profileDigest: String
    /// What every frame of the sandbox carries.
    package let frameKey: UInt64
    package let createdAt: WallTime
    package var finishedAt: WallTime?
    /// How it ended, in the words of a job's final states; `nil` of one that was given up before its tool was started.
    package var outcome: JobState?
    /// Why it ended so, or was given up for another attempt, as a stable word.
    package var reason: String?
    /// The same as a sentence.
    package var message: String?
    /// How many processes have gone on with it after the one that began it.
    package var adoptions = 0
    /// The effective posture read back from the Engine.
    package var posture: JSONValue?
    package var attestation: Attestation?
    package var toolPosture: ToolPosture?
    package var record: CellRecord?
    package var phases: [Phase] = []
    package var stdout: BlobReference?
    package var stderr: BlobReference?
    package var result: BlobReference?
    package var artifacts: [Artifact] = []
    /// What is not as it was put into `/work`, if the job asked for it, by path.
    package var changes: [Change] = []

    package init(
        id: AttemptID, state: AttemptState, containerName: String, profileDigest: String, frameKey: UInt64,
        createdAt: WallTime
    ) {
        (self.id, self.state, self.containerName) = (id, state, containerName)
        (self.profileDigest, self.frameKey, self.createdAt) = (profileDigest, frameKey, createdAt)
    }

    /// How long one phase of an attempt took.
    package struct Phase: Sendable, Hashable, Codable {
        package let name: String
        package let microseconds: Int64
        package init(name: String, microseconds: Int64) { (self.name, self.microseconds) = (name, microseconds) }
    }

    /// One collected file, or why it was not collected.
    package struct Artifact: Sendable, Hashable, Codable {
        /// As it was asked for, relative to `/work`.
        package let path: String
        /// `nil` when it was not collected.
        package let blob: BlobReference?
        /// Why it was not collected: a stable word, such as `missing` or `is_a_folder`.
        package let problem: String?
        package init(path: String, blob: BlobReference?, problem: String?) {
            (self.path, self.blob, self.problem) = (path, blob, problem)
        }
    }

    /// One file beneath `/work` that is not as it was put there.
    package struct Change: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case added, modified, deleted
        }

        package let path: String
        package let kind: Kind
        /// `nil` of a file that is gone, or was not collected.
        package let blob: BlobReference?
        /// Why it was not collected: the words of ``Artifact/problem``.
        package let problem: String?
        package init(path: String, kind: Kind, blob: BlobReference?, problem: String?) {
            (self.path, self.kind, self.blob, self.problem) = (path, kind, blob, problem)
        }
    }
}

/// How an attempt ended, with everything that goes into the store for it in one transaction.
package struct AttemptOutcome: Sendable, Hashable {
    package let attempt: AttemptID
    /// Terminal: how the attempt ended, and with it the job, unless there is a ``retryAt``.
    package let jobState: JobState
    /// When the job gets another attempt: it is `retrying` until then.
    package var retryAt: WallTime?
    /// Why the job needs a person from now on; only without a ``retryAt``.
    package var attention: String?
    /// ``AttemptState/collected``, or ``AttemptState/lost`` when there is no record and nothing is known of the container.
    package let attemptState: AttemptState
    package let reason: String
    package let message: String
    package let at: WallTime
    package var toolPosture: ToolPosture?
    package var record: CellRecord?
    package var phases: [AttemptRecord.Phase] = []
    package var stdout: Blob?
    package var stderr: Blob?
    package var result: Blob?
    package var artifacts: [AttemptRecord.Artifact] = []
    package var changes: [AttemptRecord.Change] = []
    /// The blobs that ``artifacts`` and ``changes`` refer to.
    package var artifactBlobs: [Blob] = []

    package init(
        attempt: AttemptID, jobState: JobState, attemptState: AttemptState, reason: String, message: String,
        at: WallTime
    ) {
        (self.attempt, self.jobState, self.attemptState) = (attempt, jobState, attemptState)
        (self.reason, self.message, self.at) = (reason, message, at)
    }
}

/// One thing that happened to a job.
package struct EventRecord: Sendable, Hashable {
    /// Its place among all events of this data folder, greater than that of every earlier one.
    package let ordinal: Int64
    /// From 1, without gaps, for each root.
    package let sequence: Int
    package let job: JobID
    package let at: WallTime
    /// A stable word, such as `submitted`, `leased`, `working`, `finished`, `removed`.
    package let name: String
    /// The attempt's number, or `nil` for the job itself.
    package let attempt: Int?
    /// The state that the job has from here on, if it moved.
    package let state: JobState?
    /// Who did it, if a person did.
    package let actor: String?

    package init(
        ordinal: Int64, sequence: Int, job: JobID, at: WallTime, name: String, attempt: Int?, state: JobState? = nil,
        actor: String? = nil
    ) {
        (self.ordinal, self.sequence, self.job, self.at) = (ordinal, sequence, job, at)
        (self.name, self.attempt, self.state, self.actor) = (name, attempt, state, actor)
    }
}
