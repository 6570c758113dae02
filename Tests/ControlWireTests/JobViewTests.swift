import CellWire
import ControlWire
import Foundation
import Model
import Ports
import Testing

@Suite struct JobViewTests {
    private static var job: JobRecord {
        get throws {
            let spec = JobSpec(
                imageID: "sha256:1", imageName: "python", command: ["a", "b/c"], environment: ["B": "2", "A": "1"],
                profile: "python",
                limits: Limits(
                    milliCPUs: 1000, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
                    artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 256,
                    start: .seconds(30), run: .seconds(60), grace: .seconds(5)))
            var job = JobSummary(
                id: try JobID("k3v9x2m7q4ta"), state: .timedOut, createdAt: WallTime(milliseconds: 0))
            job.finishedAt = WallTime(milliseconds: 1500)
            (job.reason, job.message) = ("run_clock", "It took too long.")
            return JobRecord(job, spec: spec, specDigest: "sha256:d")
        }
    }

    private static var attempt: AttemptRecord {
        get throws {
            var attempt = AttemptRecord(
                id: AttemptID(job: try JobID("k3v9x2m7q4ta"), number: 2), state: .removed, containerName: "caisson-x",
                profileDigest: "sha256:p", frameKey: 99, createdAt: WallTime(milliseconds: 10))
            attempt.containerID = "c"
            attempt.phases = [.init(name: "run", microseconds: 1234), .init(name: "create", microseconds: 5)]
            attempt.posture = ["NetworkDisabled": true, "HostConfig": ["PidsLimit": 64]]
            (attempt.attestation, attempt.toolPosture, attempt.record) = (Attestation(), ToolPosture(), CellRecord())
            attempt.stdout = BlobReference(digest: "sha256:o", size: .kibibytes(1))
            attempt.artifacts = [
                .init(path: "x", blob: attempt.stdout, problem: nil), .init(path: "y", blob: nil, problem: "missing"),
            ]
            attempt.changes = [.init(path: "z", kind: .deleted, blob: nil, problem: nil)]
            return attempt
        }
    }

    /// As the command line writes it.
    private static func printed(_ value: some Encodable, _ strategy: JSONEncoder.KeyEncodingStrategy) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = strategy
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test("a job in a list is these members, in snake case, and no other")
    func list() throws {
        let text = try Self.printed(JobView(try Self.job), .useDefaultKeys)
        #expect(
            text
                == #"{"attempt_count":0,"command":["a","b/c"],"created_at":"1970-01-01T00:00:00.000Z","effect":"pure","environment":["A","B"],"finished_at":"1970-01-01T00:00:01.500Z","generation":1,"id":"k3v9x2m7q4ta","image":"python","image_id":"sha256:1","kind":"job","message":"It took too long.","open_needs":0,"priority":0,"profile":"python","project":"default","queue":"default","reason":"run_clock","root":"k3v9x2m7q4ta","spec_digest":"sha256:d","state":"timed_out","tool_attempts":0}"#
        )
    }

    @Test("daemon and command line write the same, and what was written is read again")
    func same() throws {
        let view = JobView(
            try Self.job, attempts: [try Self.attempt],
            events: [
                EventRecord(
                    ordinal: 1, sequence: 1, job: try Self.job.id, at: WallTime(milliseconds: 1), name: "submitted",
                    attempt: nil)
            ])
        let (daemon, commands) = (
            try Self.printed(view, .useDefaultKeys), try Self.printed(view, .convertToSnakeCase)
        )
        #expect(daemon == commands)
        #expect(daemon.contains(#""phases_ms":{"create":0.005,"run":1.234}"#))
        #expect(
            daemon.contains(
                #""artifacts":[{"digest":"sha256:o","path":"x","size_bytes":1024},{"path":"y","problem":"missing"}]"#))
        #expect(daemon.contains(#""changes":[{"change":"deleted","path":"z"}]"#))
        #expect(daemon.contains(#""posture":{"HostConfig":{"PidsLimit":64},"NetworkDisabled":true}"#))
        #expect(!daemon.contains("99"))
        let again = try JSONDecoder().decode(JobView.self, from: Data(daemon.utf8))
        #expect(again == view)
    }

    @Test("a code of another release is read as what it is")
    func codes() throws {
        let body = ErrorBody(.init(code: .unknown("tea_pot"), message: "m", remedy: nil, id: "i"))
        let text = try Self.printed(body, .useDefaultKeys)
        #expect(text == #"{"error":{"code":"tea_pot","id":"i","message":"m"}}"#)
        let again = try JSONDecoder().decode(ErrorBody.self, from: Data(text.utf8))
        #expect(again == body)
        #expect(WireErrorCode("not_found") == .known(.notFound))
    }
}
