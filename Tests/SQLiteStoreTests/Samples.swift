import CellWire
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
            files: [.init(path: "data/in.csv", size: .kibibytes(3), isExecutable: true, digest: "sha256:d")],
            stdin: .stored(digest: "sha256:e", size: .kibibytes(2)),
            artifacts: ["out/chart.svg"], collectsChanges: true, outputPolicy: .kill, profile: "shell",
            limits: limits)
    }

    static func job(_ id: JobID, at time: Int64 = 1000) throws -> JobRecord {
        let spec = spec()
        return JobRecord(
            id: id, spec: spec, specDigest: try JobSpecDigest.of(spec), createdAt: WallTime(milliseconds: time))
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
        _ job: JobID, attempt: Int = 1, state: JobState = .succeeded, as attemptState: AttemptState = .collected
    ) -> AttemptOutcome {
        var outcome = AttemptOutcome(
            attempt: AttemptID(job: job, number: attempt), jobState: state, attemptState: attemptState,
            reason: "exit_status", message: "The command exited with 0.", at: WallTime(milliseconds: 5000))
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
