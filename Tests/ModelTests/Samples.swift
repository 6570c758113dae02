import Model

enum Samples {
    static var limits: Limits {
        Limits(
            milliCPUs: 1000, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
            artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 256, start: .seconds(30),
            run: .seconds(60), grace: .seconds(5))
    }

    static var spec: JobSpec {
        JobSpec(
            imageID: "sha256:" + String(repeating: "1", count: 64), imageName: "python",
            command: ["python3", "-c", ""],
            environment: ["GREETING": "hi = there"],
            files: [.init(path: "data/in.csv", size: .kibibytes(3), isExecutable: true, digest: "sha256:d")],
            stdin: .stored(digest: "sha256:e", size: .kibibytes(2)),
            artifacts: ["out/chart.svg"], collectsChanges: true, outputPolicy: .kill, profile: "shell",
            limits: limits)
    }
}
