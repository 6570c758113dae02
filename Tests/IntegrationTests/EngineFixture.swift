import CellWire
import Hardening
import Model
import Ports
import Scheduler
import TestSupport

/// An engine under its contract, and what is needed to use it as a supervisor does.
struct EngineFixture: Sendable {
    let engine: any SandboxEngine
    let installation: InstallationID
    let ids: SeededIDs
    let profile: PreparedProfile
    let spools = MemorySpools()

    /// A job's attempt in our shell image.
    func request(imageID: String? = nil) async throws -> SandboxRequest {
        let image = try await engine.pin(image: "shell", within: .seconds(60))
        let spec = JobSpec(
            imageID: imageID ?? image.id, imageName: image.name, command: ["true"], profile: profile.profile.name,
            limits: profile.profile.limits)
        let attempt = AttemptID(job: ids.makeJobID(), number: 1)
        return SandboxRequest(
            attempt: attempt, containerName: SandboxName.container(installation, attempt), spec: spec,
            specDigest: "sha256:spec", profile: profile.profile, profileDigest: profile.digest, frameKey: ids.makeKey())
    }

    /// Calls `body` with a started sandbox, and removes it.
    func withSandbox(
        onOutput: Latch? = nil,
        _ body: (_ sandbox: any Sandbox, _ output: Output) async throws -> Void
    ) async throws {
        let request = try await request()
        let sandbox = try await engine.create(request)
        let result: Result<Void, any Error>
        do {
            _ = try await sandbox.start(spools: try await open(request.attempt, onOutput: onOutput))
            try await body(sandbox, Output(attempt: request.attempt, spools: spools))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await sandbox.remove()
        try result.get()
    }

    /// Runs a command in a sandbox of its own.
    func run(
        _ command: String..., change: (inout CellSpec) -> Void = { _ in }, files: [String: String] = [:],
        stdin: String? = nil, check: @escaping (_ result: WorkResult, _ output: Output) async throws -> Void
    ) async throws {
        let order = order(command, change: change, files: files, stdin: stdin)
        try await withSandbox { sandbox, output in try await check(try await sandbox.work(order), output) }
    }

    /// The spools of an attempt; `onOutput` is opened when anything comes on stdout.
    func open(_ attempt: AttemptID, onOutput: Latch? = nil) async throws -> [UpChannel: any Spool] {
        let stdout = try await spools.open(attempt, .stdout)
        return [
            .report: try await spools.open(attempt, .report), .stdout: WatchedSpool(spool: stdout, latch: onOutput),
            .stderr: try await spools.open(attempt, .stderr), .files: try await spools.open(attempt, .artifacts),
        ]
    }

    func order(
        _ command: [String], change: (inout CellSpec) -> Void = { _ in }, files: [String: String] = [:],
        stdin: String? = nil
    ) -> WorkOrder {
        let limits = profile.profile.limits
        var spec = CellSpec(
            command: command, environment: ["PATH=/usr/local/bin:/usr/bin:/bin"], hasStandardInput: stdin != nil,
            outputCap: Int(limits.output.bytes), resultCap: Int(limits.result.bytes),
            artifactsCap: Int(limits.artifacts.bytes), runMilliseconds: 60_000, graceMilliseconds: 1000,
            resultPath: JobSpec.resultFile, artifactPaths: [], filter: profile.filter)
        change(&spec)
        let inputs = files.sorted { $0.key < $1.key }.map { path, text in
            WorkOrder.Input(
                file: .init(
                    path: path, size: ByteCount(bytes: Int64(text.utf8.count)), isExecutable: false, digest: ""),
                source: TextSource(text))
        }
        return WorkOrder(spec: spec, files: inputs, stdin: stdin.map { TextSource($0) })
    }

    /// What a sandbox has given.
    struct Output: Sendable {
        let attempt: AttemptID
        let spools: MemorySpools

        func bytes(_ stream: SpoolStream) -> [UInt8] { spools.bytes("\(attempt)/\(stream.rawValue)") }
        func text(_ stream: SpoolStream) -> String { String(decoding: bytes(stream), as: UTF8.self) }
    }
}
