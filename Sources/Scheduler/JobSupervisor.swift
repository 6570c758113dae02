import CellWire
package import Logging
package import Model
package import Ports

/// Takes one attempt of a job at a time through its life; several may run beside each other.
///
/// A process that is told to stop leaves a working sandbox as it is: the next one goes on with it.
///
/// Every step that changes the world stands between two commits: the intent before it, what came of it after. A crash at any
/// point leaves a row that says what may exist.
package struct JobSupervisor: Sendable {
    let store: any JobStore & JobReader & BlobReader
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
    /// The containers that stay for a while.
    let keep: FailureKeep

    package init(
        store: any JobStore & JobReader & BlobReader, spools: any Spools, blobs: any BlobStore,
        engine: any SandboxEngine,
        installation: InstallationID,
        ids: any IDSource, wallClock: any WallClock, clock: any Clock<Duration>, logger: Logger,
        callName: @escaping @Sendable (_ number: Int) -> String, keep: FailureKeep = .none
    ) {
        (self.callName, self.keep) = (callName, keep)
        (self.store, self.spools, self.blobs, self.engine) = (store, spools, blobs, engine)
        (self.installation, self.ids, self.wallClock, self.clock, self.logger) = (
            installation, ids, wallClock, clock, logger
        )
    }

    /// Attempts that one job gets when the engine, or a process of ours, is what failed; an engine that does not answer at all is
    /// not counted.
    package static let faultyAttempts = 5
    /// Before the attempt after the first of those, doubled before each further one, and the longest such wait.
    private static let faultWait = (base: Duration.milliseconds(250), cap: Duration.seconds(10))

    /// Makes the next attempt of a `ready` job, and stores what came of it.
    ///
    /// A job that fails is a verdict, not an error.
    ///
    /// - Parameters:
    ///   - live: where a live standard input comes from.
    /// - Returns: ``End/left`` if this task was cancelled: the sandbox works on, for the next process to adopt.
    /// - Throws: ``StoreError`` if the outcome could not be stored; the next recovery then settles the job.
    package func attempt(
        _ asked: JobRecord, profile: PreparedProfile, live: (any InputSource)? = nil, control: JobControl
    ) async throws(StoreError) -> End {
        let number = asked.summary.attempts + 1
        let job: JobRecord
        do throws(StoreError) {
            job = try await withInputs(asked)
        } catch StoreError.referenceMissing(let file, let node, let part) {
            let missing = StoreError.referenceMissing(file: file, node: node, part: part)
            let verdict = Verdict(.errored, "input_missing", missing.message)
            try await end(asked.id, verdict)
            return .settled(verdict)
        }
        var run = AttemptRun(attempt: AttemptID(job: job.id, number: number), clock: clock)
        return try await timed(job, control) { () throws(StoreError) in
            try await begin(&run, job, profile, live, control)
            return try await conclude(run, job, control)
        }
    }

    /// Goes on with a working attempt of a process that is gone, and stores what came of it.
    ///
    /// - Parameter profile: `nil` if it is not known any more as it was.
    package func resume(
        _ asked: JobRecord, _ attempt: AttemptRecord, profile: PreparedProfile?, control: JobControl
    ) async throws(StoreError) -> End {
        let job = try await withInputs(asked)
        var run = AttemptRun(attempt: attempt.id, clock: clock)
        return try await timed(job, control) { () throws(StoreError) in
            try await goOn(&run, job, attempt, profile, control)
            return try await conclude(run, job, control)
        }
    }

    /// The job with its files as they are now: what is named by what another job leaves is known since that one has ended.
    private func withInputs(_ job: JobRecord) async throws(StoreError) -> JobRecord {
        guard job.spec.files.contains(where: { $0.reference != nil }) else { return job }
        var job = job
        job.spec.files = try await store.inputs(of: job.id)
        return job
    }

    /// Ends a job that has no open attempt.
    package func end(_ job: JobID, _ verdict: Verdict) async throws(StoreError) {
        try await store.end(
            job, as: verdict.state, reason: verdict.reason, message: verdict.message, at: wallClock.now())
    }

    /// What became of an attempt.
    package enum End: Sendable, Hashable {
        /// The job has ended.
        case settled(Verdict)
        /// The job waits for another attempt.
        case again(reason: String, isEngineDown: Bool)
        /// This process was told to stop.
        case left

        package var verdict: Verdict? { if case .settled(let verdict) = self { verdict } else { nil } }
    }

    /// How long to wait after the `count`th attempt that somebody else than the tool has spoilt.
    func faultWait(after count: Int) -> Duration {
        var generator = IDGenerator(ids)
        return RetryPolicy.backOff(
            after: count, base: Self.faultWait.base, cap: Self.faultWait.cap, using: &generator)
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
        let begin = job.summary.readyAt ?? job.createdAt
        let spent = Duration.milliseconds(max(0, wallClock.now().milliseconds - begin.milliseconds))
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
