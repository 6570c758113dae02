import CellWire
package import Logging
package import Model
package import Ports

/// Takes one job at a time through its life; several may run beside each other.
///
/// A process that is told to stop leaves a working sandbox as it is: the next one goes on with it.
///
/// Every step that changes the world stands between two commits: the intent before it, what came of it after. A crash at any
/// point leaves a row that says what may exist.
package struct JobSupervisor: Sendable {
    let store: any JobStore & BlobReader
    let spools: any Spools
    let blobs: any BlobStore
    let engine: any SandboxEngine
    let installation: InstallationID
    let ids: any IDSource
    let wallClock: any WallClock
    let clock: any Clock<Duration>
    let logger: Logger
    /// What people call a system call of this number.
    let callName: @Sendable (_ number: Int) -> String

    package init(
        store: any JobStore & BlobReader, spools: any Spools, blobs: any BlobStore, engine: any SandboxEngine,
        installation: InstallationID,
        ids: any IDSource, wallClock: any WallClock, clock: any Clock<Duration>, logger: Logger,
        callName: @escaping @Sendable (_ number: Int) -> String
    ) {
        self.callName = callName
        (self.store, self.spools, self.blobs, self.engine) = (store, spools, blobs, engine)
        (self.installation, self.ids, self.wallClock, self.clock, self.logger) = (
            installation, ids, wallClock, clock, logger
        )
    }

    /// Accepts a job: its image is pinned, its inputs are stored, and then it is kept from now on.
    ///
    /// - Parameter profile: the one that `request` names; the job is begun under no other.
    package func accept(_ request: JobRequest, profile: PreparedProfile) async throws -> JobRecord {
        let image = try await engine.pin(image: request.image, within: request.limits.pull)
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
        var spec = request.spec(image: image, files: files, stdin: stdin)
        spec.profileDigest = profile.digest
        let job = JobRecord(
            id: ids.makeJobID(), spec: spec, specDigest: try store.digest(of: spec), createdAt: wallClock.now())
        try await store.submit(job, inputs: inputs)
        return job
    }

    /// The most standard input that is kept for one job; more can be passed on live.
    package static let stdinLimit = ByteCount.gibibytes(1)

    /// Attempts that one job gets when the engine, or a process of ours, is what failed.
    package static let attempts = 5
    /// Before the second attempt within one process; twice as long before each further one.
    private static let backOff = Duration.milliseconds(250)

    /// Runs an accepted job to its end and gives the verdict, which is stored.
    ///
    /// A job that fails is a verdict, not an error. A fault of the engine before the tool started is no verdict either: the
    /// job gets another attempt.
    ///
    /// - Parameters:
    ///   - earlier: attempts that it had before.
    ///   - live: where a live standard input comes from.
    /// - Returns: `nil` if this task was cancelled: the sandbox works on, for the next process to adopt.
    /// - Throws: ``StoreError`` if the outcome could not be stored; the next recovery then settles the job.
    package func run(
        _ job: JobRecord, after earlier: Int = 0, profile: PreparedProfile, live: (any InputSource)? = nil,
        control: JobControl
    ) async throws(StoreError) -> Verdict? {
        if let late = Verdict.ofQueueClock(job, now: wallClock.now()) { return try await end(job, late) }
        var run = AttemptRun(attempt: AttemptID(job: job.id, number: earlier + 1), clock: clock)
        while true {
            let end = try await timed(job, control) { () throws(StoreError) in
                try await begin(&run, job, profile, live, control)
                return try await conclude(run, job, control)
            }
            guard case .again = end else { return end.verdict }
            let wait = Self.backOff * (1 << (run.attempt.number - earlier - 1))
            do { try await clock.sleep(for: wait) } catch { return nil }  // the job waits for the next process
            run = AttemptRun(attempt: AttemptID(job: job.id, number: run.attempt.number + 1), clock: clock)
        }
    }

    /// Ends a job that has no open attempt.
    func end(_ job: JobRecord, _ verdict: Verdict) async throws(StoreError) -> Verdict {
        try await store.end(
            job.id, as: verdict.state, reason: verdict.reason, message: verdict.message, at: wallClock.now())
        return verdict
    }

    /// Goes on with a working attempt of a process that is gone, and gives the verdict, which is stored.
    ///
    /// - Parameter profile: `nil` if it is not known any more as it was.
    /// - Returns: `nil` if this task was cancelled, or if the job waits for another attempt.
    package func resume(
        _ job: JobRecord, _ attempt: AttemptRecord, profile: PreparedProfile?, control: JobControl
    ) async throws(StoreError) -> Verdict? {
        var run = AttemptRun(attempt: attempt.id, clock: clock)
        let end = try await timed(job, control) { () throws(StoreError) in
            try await goOn(&run, job, attempt, profile, control)
            return try await conclude(run, job, control)
        }
        return end.verdict
    }

    /// What became of an attempt.
    enum End: Sendable {
        case settled(Verdict)
        /// The job is ready for another one.
        case again
        /// This process was told to stop.
        case left

        var verdict: Verdict? { if case .settled(let verdict) = self { verdict } else { nil } }
    }

    /// What an attempt has come to so far.
    struct AttemptRun {
        let attempt: AttemptID
        var stopwatch: Stopwatch
        var sandbox: (any Sandbox)?
        var streams: [UpChannel: any Spool] = [:]
        var result: WorkResult?
        var error: EngineError?

        init(attempt: AttemptID, clock: any Clock<Duration>) {
            (self.attempt, stopwatch) = (attempt, Stopwatch(clock))
        }
    }

    /// Calls `body` and asks the job to end when its total clock runs out meanwhile.
    private func timed(
        _ job: JobRecord, _ control: JobControl, _ body: () async throws(StoreError) -> End
    ) async throws(StoreError) -> End {
        let spent = Duration.milliseconds(max(0, wallClock.now().milliseconds - job.createdAt.milliseconds))
        let left = max(.zero, job.spec.limits.total - spent)
        let end: Result<End, StoreError> = await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock] in
                do { try await clock.sleep(for: left) } catch { return }  // the job was over in time
                control.expire()
            }
            defer { group.cancelAll() }
            do throws(StoreError) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try end.get()
    }
}
