import CellWire
import Foundation
import Model
import Ports

/// A job as `-o json` shows it: times in RFC 3339, durations in milliseconds, sizes in bytes.
struct JobView: Encodable {
    let id: String
    let state: String
    let reason: String?
    let message: String?
    let image: String
    let imageId: String
    let command: [String]
    /// Names only: a value may be a secret.
    let environment: [String]
    let profile: String
    let createdAt: String
    let finishedAt: String?
    let attempts: [AttemptView]?
    let events: [EventView]?

    init(_ job: JobRecord, attempts: [AttemptRecord]? = nil, events: [EventRecord]? = nil) {
        (id, state, reason, message) = ("\(job.id)", job.state.rawValue, job.reason, job.message)
        (image, imageId, command) = (job.spec.imageName, job.spec.imageID, job.spec.command)
        (environment, profile) = (job.spec.environment.keys.sorted(), job.spec.profile)
        (createdAt, finishedAt) = (job.createdAt.rfc3339, job.finishedAt?.rfc3339)
        self.attempts = attempts?.map(AttemptView.init)
        self.events = events?.map(EventView.init)
    }
}

struct AttemptView: Encodable {
    struct ArtifactView: Encodable {
        let path: String
        let digest: String?
        let sizeBytes: Int64?
        let problem: String?
    }

    struct ChangeView: Encodable {
        let path: String
        let change: String
        let digest: String?
        let sizeBytes: Int64?
        let problem: String?
    }

    let number: Int
    let state: String
    /// Why it was given up for another attempt, if it was.
    let reason: String?
    let containerName: String
    let containerId: String?
    let profileDigest: String
    let phasesMs: [String: Double]
    let record: CellRecord?
    let attestation: Attestation?
    let toolPosture: ToolPosture?
    let stdoutBytes: Int64?
    let stderrBytes: Int64?
    let artifacts: [ArtifactView]
    let changes: [ChangeView]
    let posture: JSONValue?

    init(_ attempt: AttemptRecord) {
        (number, state, reason) = (attempt.id.number, attempt.state.rawValue, attempt.reason)
        (containerName, containerId, profileDigest) = (
            attempt.containerName, attempt.containerID, attempt.profileDigest
        )
        phasesMs = Dictionary(
            attempt.phases.map { ($0.name, Double($0.microseconds) / 1000) }, uniquingKeysWith: { first, _ in first })
        (record, attestation, toolPosture) = (attempt.record, attempt.attestation, attempt.toolPosture)
        (stdoutBytes, stderrBytes) = (attempt.stdout?.size.bytes, attempt.stderr?.size.bytes)
        artifacts = attempt.artifacts.map {
            ArtifactView(path: $0.path, digest: $0.blob?.digest, sizeBytes: $0.blob?.size.bytes, problem: $0.problem)
        }
        changes = attempt.changes.map {
            ChangeView(
                path: $0.path, change: $0.kind.rawValue, digest: $0.blob?.digest, sizeBytes: $0.blob?.size.bytes,
                problem: $0.problem)
        }
        posture = attempt.posture
    }
}

struct EventView: Encodable {
    let sequence: Int
    let at: String
    let name: String
    let attempt: Int?

    init(_ event: EventRecord) {
        (sequence, at, name, attempt) = (event.sequence, event.at.rfc3339, event.name, event.attempt)
    }
}

extension Output {
    /// One JSON document, with sorted keys and a line break at its end.
    func json(_ value: some Encodable) throws {
        let encoder = Self.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        try line(JSONText.safe(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }

    /// The same in one line, for stderr; a value that cannot be written as JSON is a fault of ours.
    static func compactJSON(_ value: some Encodable) -> String {
        let data = try? encoder.encode(value)  // ignored: what is given here is made of text alone
        return data.map { JSONText.safe(String(decoding: $0, as: UTF8.self)) } ?? "{}"
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }
}
