package import CellWire
package import Model

/// One try of a job, as it is shown.
package struct AttemptView: Sendable, Hashable, Codable {
    /// A file that came out of the sandbox, or why it did not.
    package struct ArtifactView: Sendable, Hashable, Codable {
        package var path: String
        package var digest: String?
        package var sizeBytes: Int64?
        package var problem: String?

        private enum CodingKeys: String, CodingKey {
            case path, digest
            case sizeBytes = "size_bytes"
            case problem
        }

        package init(path: String, blob: BlobView?, problem: String?) {
            (self.path, self.problem) = (path, problem)
            (digest, sizeBytes) = (blob?.digest, blob?.sizeBytes)
        }
    }

    /// A file that is not as it was put into `/work`.
    package struct ChangeView: Sendable, Hashable, Codable {
        package var path: String
        package var change: String
        package var digest: String?
        package var sizeBytes: Int64?
        package var problem: String?

        private enum CodingKeys: String, CodingKey {
            case path, change, digest
            case sizeBytes = "size_bytes"
            case problem
        }

        package init(path: String, change: String, blob: BlobView?, problem: String?) {
            (self.path, self.change, self.problem) = (path, change, problem)
            (digest, sizeBytes) = (blob?.digest, blob?.sizeBytes)
        }
    }

    package var number: Int
    package var state: String
    /// How it ended, in the words of a job's final states; none of one that was given up before its tool was started.
    package var outcome: String?
    /// Why it ended so, or was given up for another attempt.
    package var reason: String?
    package var message: String?
    package var containerName: String
    package var containerID: String?
    package var profileDigest: String
    package var phasesMilliseconds: [String: Double] = [:]
    package var record: CellRecord?
    package var attestation: Attestation?
    package var toolPosture: ToolPosture?
    package var stdoutBytes: Int64?
    package var stderrBytes: Int64?
    package var artifacts: [ArtifactView] = []
    package var changes: [ChangeView] = []
    package var posture: JSONValue?
    /// What `caisson show` leaves out.
    package var detail: AttemptDetail?

    private enum CodingKeys: String, CodingKey {
        case number, state, outcome, reason, message
        case containerName = "container_name"
        case containerID = "container_id"
        case profileDigest = "profile_digest"
        case phasesMilliseconds = "phases_ms"
        case record, attestation
        case toolPosture = "tool_posture"
        case stdoutBytes = "stdout_bytes"
        case stderrBytes = "stderr_bytes"
        case artifacts, changes, posture, detail
    }

    package init(number: Int, state: String, containerName: String, profileDigest: String) {
        (self.number, self.state) = (number, state)
        (self.containerName, self.profileDigest) = (containerName, profileDigest)
    }
}

/// The rest of what is stored of an attempt, so that a client can say all that the store can.
package struct AttemptDetail: Sendable, Hashable, Codable {
    /// How long one phase took.
    package struct Phase: Sendable, Hashable, Codable {
        package var name: String
        package var microseconds: Int64

        private enum CodingKeys: String, CodingKey {
            case name
            case microseconds = "us"
        }

        package init(name: String, microseconds: Int64) { (self.name, self.microseconds) = (name, microseconds) }
    }

    package var createdAt: String
    package var finishedAt: String?
    package var adoptions: Int
    /// In their order.
    package var phases: [Phase]
    package var stdout: BlobView?
    package var stderr: BlobView?
    package var result: BlobView?

    private enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case finishedAt = "finished_at"
        case adoptions, phases, stdout, stderr, result
    }

    package init(createdAt: String, finishedAt: String?, adoptions: Int, phases: [Phase]) {
        (self.createdAt, self.finishedAt, self.adoptions) = (createdAt, finishedAt, adoptions)
        self.phases = phases
    }
}
