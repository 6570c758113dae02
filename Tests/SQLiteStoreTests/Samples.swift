import CellWire
import Crypto
import Foundation
import Model
import Ports
import SQLiteStore

/// Values with every member set, so that a lost one is seen.
enum Samples {
    static func spec(command: [String] = ["python3", "-c", "print(6 * 7)"]) -> JobSpec {
        let limits = Limits(
            milliCPUs: 1500, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
            artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 1024, start: .seconds(30),
            run: .milliseconds(60_500), grace: .seconds(2))
        return JobSpec(
            imageID: "sha256:" + String(repeating: "1", count: 64), imageName: "python", command: command,
            environment: ["camelCase": "a", "HTTPServerURL": "b/c", "snake_case": "ü\u{1}\"", "": ""],
            files: [
                .init(path: "data/in.csv", size: .kibibytes(3), isExecutable: true, digest: inputs[0].reference.digest)
            ],
            stdin: .stored(digest: inputs[1].reference.digest, size: .kibibytes(2)),
            artifacts: ["out/chart.svg"], collectsChanges: true, outputPolicy: .kill, profile: "shell",
            limits: limits)
    }

    /// A spec without inputs.
    static func plainSpec() -> JobSpec {
        var spec = spec()
        (spec.files, spec.stdin) = ([], .none)
        return spec
    }

    /// A blob under its real name.
    static func content(_ text: String) -> Blob {
        let digest = SHA256.hash(data: Data(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let reference = BlobReference(digest: "sha256:\(digest)", size: ByteCount(bytes: Int64(text.utf8.count)))
        return Blob(reference: reference, inlineBytes: Array(text.utf8))
    }

    /// The blobs that ``spec(command:)`` names.
    static let inputs = [blob("a,b", digit: "8"), blob("input", digit: "9")]

    static func acceptance(_ id: JobID, at time: Int64 = 1000, placement: Placement = Placement()) -> Acceptance {
        Acceptance(spec(), id: id, at: WallTime(milliseconds: time), placement: placement)
    }

    /// What is to be read of a job that was just accepted.
    static func job(_ id: JobID, at time: Int64 = 1000) throws -> JobRecord {
        let spec = spec()
        let (time, digest) = (WallTime(milliseconds: time), try JobSpecDigest.of(spec))
        var summary = JobSummary(id: id, createdAt: time)
        (summary.specDigest, summary.imageName, summary.command) = (digest, spec.imageName, spec.command)
        summary.readyAt = time
        return JobRecord(summary, spec: spec, specDigest: digest)
    }

    static func intent(_ job: JobID, attempt: Int = 1, at time: Int64 = 2000) -> AttemptIntent {
        AttemptIntent(
            attempt: AttemptID(job: job, number: attempt), containerName: "caisson-test-\(job)-\(attempt)",
            profileDigest: "sha256:profile", frameKey: 0xFEED, at: WallTime(milliseconds: time))
    }

    static let posture: JSONValue = [
        "NetworkDisabled": true, "HostConfig": ["Memory": 268_435_456, "CapDrop": ["ALL"], "snake_key": .null],
    ]

    static var attestation: Attestation {
        var attestation = Attestation()
        attestation.protocolVersion = 1
        attestation.userIDs = [65_532, 65_532, 65_532, 65_532]
        attestation.groupIDs = [65_532]
        attestation.interfaces = ["lo"]
        attestation.mounts = [.init(path: "/work", kind: "tmpfs", options: "rw,noexec")]
        attestation.memoryLimitBytes = 268_435_456
        attestation.isDumpable = false
        return attestation
    }

    static func blob(_ text: String, digit: String) -> Blob {
        let bytes = Array(text.utf8)
        let digest = "sha256:" + String(repeating: digit, count: 64)
        let reference = BlobReference(digest: digest, size: ByteCount(bytes: Int64(bytes.count)))
        return Blob(reference: reference, inlineBytes: bytes)
    }

    static func outcome(
        _ job: JobID, attempt: Int = 1, state: JobState = .succeeded, as attemptState: AttemptState = .collected,
        at time: Int64 = 5000
    ) -> AttemptOutcome {
        var outcome = AttemptOutcome(
            attempt: AttemptID(job: job, number: attempt), jobState: state, attemptState: attemptState,
            reason: "exit_status", message: "The command exited with 0.", at: WallTime(milliseconds: time))
        var record = CellRecord()
        record.exitCode = 0
        record.cause = .clock
        record.stdoutBytes = 3
        record.pidsLimitHit = true
        outcome.record = record
        outcome.toolPosture = ToolPosture()
        outcome.phases = [.init(name: "create", microseconds: 41_000)]
        outcome.stdout = blob("42\n", digit: "a")
        outcome.stderr = blob("", digit: "b")
        outcome.result = blob("{}", digit: "c")
        let chart = blob("<svg/>", digit: "d")
        outcome.artifactBlobs = [chart]
        outcome.artifacts = [
            .init(path: "out/chart.svg", blob: chart.reference, problem: nil),
            .init(path: "out/more", blob: nil, problem: "missing"),
        ]
        return outcome
    }
}
