import CellWire
import FoundationEssentials
package import Logging
package import Model
package import Ports

/// Takes one job at a time through its life; several may run beside each other.
///
/// Every step that changes the world stands between two commits: the intent before it, what came of it after. A crash at any
/// point leaves a row that says what may exist.
package struct JobSupervisor: Sendable {
    private let store: any JobStore & BlobReader
    private let spools: any Spools
    private let blobs: any BlobStore
    private let engine: any SandboxEngine
    private let installation: InstallationID
    private let ids: any IDSource
    private let wallClock: any WallClock
    private let clock: any Clock<Duration>
    private let logger: Logger

    package init(
        store: any JobStore & BlobReader, spools: any Spools, blobs: any BlobStore, engine: any SandboxEngine,
        installation: InstallationID,
        ids: any IDSource, wallClock: any WallClock, clock: any Clock<Duration>, logger: Logger
    ) {
        (self.store, self.spools, self.blobs, self.engine) = (store, spools, blobs, engine)
        (self.installation, self.ids, self.wallClock, self.clock, self.logger) = (
            installation, ids, wallClock, clock, logger
        )
    }

    /// Accepts a job: its image is pinned, its inputs are stored, and then it is kept from now on.
    package func accept(_ request: JobRequest) async throws -> JobRecord {
        let image = try await engine.pin(image: request.image)
        var (inputs, files): ([Blob], [JobSpec.InputFile]) = ([], [])
        for file in request.files {
            let blob = try await blobs.makeBlob(from: file.source, limit: file.size)
            inputs.append(blob)
            files.append(
                JobSpec.InputFile(
                    path: file.path, size: blob.reference.size, isExecutable: file.isExecutable,
                    digest: blob.reference.digest))
        }
        let stdin: JobSpec.StandardInput
        switch request.stdin {
        case .none: stdin = .none
        case .live: stdin = .live
        case .stored(let source):
            let blob = try await blobs.makeBlob(from: source, limit: Self.stdinLimit)
            inputs.append(blob)
            stdin = .stored(digest: blob.reference.digest, size: blob.reference.size)
        }
        let spec = request.spec(image: image, files: files, stdin: stdin)
        let job = JobRecord(
            id: ids.makeJobID(), spec: spec, specDigest: try store.digest(of: spec), createdAt: wallClock.now())
        try await store.submit(job, inputs: inputs)
        return job
    }

    /// The most standard input that is kept for one job; more can be passed on live.
    package static let stdinLimit = ByteCount.gibibytes(1)

    /// Runs an accepted job to its end and gives the verdict, which is stored.
    ///
    /// A job that fails is a verdict, not an error.
    ///
    /// - Throws: ``StoreError`` if the outcome could not be stored; the next recovery then settles the job.
    package func run(
        _ job: JobRecord, profile: PreparedProfile, live: (any InputSource)? = nil, control: JobControl
    ) async throws(StoreError) -> Verdict {
        let attempt = AttemptID(job: job.id, number: 1)
        let name = SandboxName.container(installation, attempt)
        var stopwatch = Stopwatch(clock)
        let intent = AttemptIntent(
            attempt: attempt, containerName: name, profileDigest: profile.digest, frameKey: ids.makeKey(),
            at: wallClock.now())
        try await store.lease(intent)
        stopwatch.lap("lease")

        var run = AttemptRun(attempt: attempt)
        do throws(EngineError) {
            try await carryOut(&run, job, intent, profile, live, control, &stopwatch)
        } catch {
            run.error = error
            logger.debug("attempt ended early", metadata: ["job": "\(job.id)", "error.code": "\(error.code.rawValue)"])
        }
        do throws(StoreError) {
            let verdict = try await settle(run, job, control, &stopwatch)
            await cleanUp(run, isStored: true)
            return verdict
        } catch {
            // Nothing may go on running because its end cannot be written down; its rows stay for the next recovery.
            await cleanUp(run, isStored: false)
            throw error
        }
    }

    /// What an attempt has come to so far.
    private struct AttemptRun {
        let attempt: AttemptID
        var sandbox: (any Sandbox)?
        var streams: [UpChannel: any Spool] = [:]
        var result: WorkResult?
        var error: EngineError?
    }

    // MARK: The steps

    private func carryOut(
        _ run: inout AttemptRun, _ job: JobRecord, _ intent: AttemptIntent, _ profile: PreparedProfile,
        _ live: (any InputSource)?,
        _ control: JobControl, _ stopwatch: inout Stopwatch
    ) async throws(EngineError) {
        let spec = job.spec
        guard !control.isCancelled else { return }
        let sandbox = try await engine.create(
            SandboxRequest(
                attempt: run.attempt, containerName: intent.containerName, spec: spec, specDigest: job.specDigest,
                profile: profile.profile,
                profileDigest: profile.digest, frameKey: intent.frameKey))
        run.sandbox = sandbox
        stopwatch.lap("create")
        try await stored { () throws(StoreError) in
            try await store.markVerified(
                run.attempt, containerID: sandbox.containerID, posture: sandbox.posture, at: wallClock.now())
        }
        for (channel, stream) in Self.streams {
            try await stored { () throws(StoreError) in
                run.streams[channel] = try await spools.open(run.attempt, stream)
            }
        }
        guard !control.isCancelled else { return }
        stopwatch.lap("verify")
        let attestation = try await sandbox.start(spools: run.streams)
        stopwatch.lap("start")
        guard !control.isCancelled else { return }
        try await stored { () throws(StoreError) in
            try await store.markWorking(run.attempt, attestation: attestation, at: wallClock.now())
        }
        stopwatch.lap("attest")
        control.working(in: sandbox)
        run.result = try await sandbox.work(order(spec, filter: profile.filter, live: live))
        stopwatch.lap("work")
    }

    private static let streams: [(UpChannel, SpoolStream)] = [
        (.report, .report), (.stdout, .stdout), (.stderr, .stderr), (.files, .artifacts),
    ]

    private func order(_ spec: JobSpec, filter: [UInt8], live: (any InputSource)?) -> WorkOrder {
        let files = spec.files.map { file in
            WorkOrder.Input(
                file: file,
                source: StoredInput(BlobReference(digest: file.digest, size: file.size), reader: store))
        }
        let stdin: (any InputSource)? =
            switch spec.stdin {
            case .none: nil
            case .live: live
            case .stored(let digest, let size):
                StoredInput(BlobReference(digest: digest, size: size), reader: store)
            }
        return WorkOrder(spec: cellSpec(spec, filter: filter), files: files, stdin: stdin)
    }

    private func cellSpec(_ spec: JobSpec, filter: [UInt8]) -> CellSpec {
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": JobSpec.workFolder, "TMPDIR": "/tmp", "LANG": "C.UTF-8",
        ]
        environment.merge(spec.environment) { _, asked in asked }
        return CellSpec(
            command: spec.command, environment: environment.map { "\($0)=\($1)" }.sorted(),
            hasStandardInput: spec.stdin != .none, outputCap: Int(spec.limits.output.bytes),
            resultCap: Int(spec.limits.result.bytes), artifactsCap: Int(spec.limits.artifacts.bytes),
            runMilliseconds: Int(spec.limits.run.wholeMilliseconds),
            graceMilliseconds: Int(spec.limits.grace.wholeMilliseconds), resultPath: JobSpec.resultFile,
            artifactPaths: spec.artifacts, filter: filter,
            killsOnOutputCap: spec.outputPolicy == .kill, collectsChanges: spec.collectsChanges)
    }

    private func stored(_ body: () async throws(StoreError) -> Void) async throws(EngineError) {
        do throws(StoreError) { try await body() } catch { throw .store(error) }
    }

    // MARK: The end

    /// Stores the outcome: everything at once.
    private func settle(
        _ run: AttemptRun, _ job: JobRecord, _ control: JobControl, _ stopwatch: inout Stopwatch
    ) async throws(StoreError) -> Verdict {
        let collected = run.result == nil ? Collected() : try await collect(run)
        let verdict: Verdict
        if let result = run.result {
            verdict = Verdict.of(result.record, result: collected.resultFile, limits: job.spec.limits)
        } else if let error = run.error {
            let mayHaveRun = await run.sandbox?.toolMayHaveRun ?? false
            verdict = Verdict.of(error, toolMayHaveRun: mayHaveRun, isCancelled: control.isCancelled)
        } else {
            verdict = Verdict(.cancelled, "cancelled", "The job was cancelled before its tool started.")
        }
        stopwatch.lap("collect")
        var outcome = AttemptOutcome(
            attempt: run.attempt, jobState: verdict.state, attemptState: run.sandbox == nil ? .lost : .collected,
            reason: verdict.reason, message: verdict.message, at: wallClock.now())
        outcome.record = run.result?.record
        outcome.toolPosture = run.result?.toolPosture
        outcome.phases = stopwatch.phases
        outcome.stdout = try await wholeBlob(run.streams[.stdout])
        outcome.stderr = try await wholeBlob(run.streams[.stderr])
        outcome.result = collected.result
        outcome.artifacts = collected.artifacts
        outcome.artifactBlobs = collected.blobs
        try await store.finish(outcome)
        return verdict
    }

    private struct Collected {
        var resultFile = Verdict.ResultFile.acceptable
        var result: Blob?
        var artifacts: [AttemptRecord.Artifact] = []
        var blobs: [Blob] = []
    }

    /// Makes blobs of the collected files.
    ///
    /// The first one is the result file, which every job is asked for.
    private func collect(_ run: AttemptRun) async throws(StoreError) -> Collected {
        var collected = Collected()
        guard let files = run.result?.files, let spool = run.streams[.files] else { return collected }
        for (index, file) in files.enumerated() {
            let isResult = index == 0 && file.path == JobSpec.resultFile
            switch file.content {
            case .success(let range):
                let blob = try await blobs.makeBlob(from: spool, range: range)
                guard isResult else {
                    collected.artifacts.append(.init(path: file.path, blob: blob.reference, problem: nil))
                    collected.blobs.append(blob)
                    continue
                }
                collected.result = blob
                let bytes = try await spool.read(from: range.lowerBound, count: range.count)
                if !isJSON(bytes) { collected.resultFile = .notJSON }
            case .failure(let problem) where isResult:
                if problem.word != "missing" { collected.resultFile = .problem(problem.word) }
            case .failure(let problem):
                collected.artifacts.append(.init(path: file.path, blob: nil, problem: problem.word))
            }
        }
        return collected
    }

    private func isJSON(_ bytes: [UInt8]) -> Bool {
        do {
            _ = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
            return true
        } catch {
            return false
        }
    }

    private func wholeBlob(_ spool: (any Spool)?) async throws(StoreError) -> Blob? {
        guard let spool else { return nil }
        return try await blobs.makeBlob(from: spool, range: 0..<(await spool.length))
    }

    /// Removes the container and then the spools.
    ///
    /// What cannot be removed now is left to the next recovery, which finds it by its row.
    private func cleanUp(_ run: AttemptRun, isStored: Bool) async {
        do {
            for spool in run.streams.values { await spool.close() }
            try await run.sandbox?.remove()
            try await spools.remove(run.attempt)
            if run.sandbox != nil, isStored { try await store.markRemoved(run.attempt, at: wallClock.now()) }
        } catch let error as any UserFacingError {
            logger.warning(
                "a sandbox was left for the next recovery",
                metadata: ["attempt": "\(run.attempt)", "error.code": "\(error.code.rawValue)"])
        } catch {
            logger.warning("a sandbox was left for the next recovery", metadata: ["attempt": "\(run.attempt)"])
        }
    }
}
