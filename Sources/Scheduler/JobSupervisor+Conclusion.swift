import CellWire
import Logging
import Model
import Ports

/// The end of an attempt: what is stored of it, and what is removed.
extension JobSupervisor {
    /// Stores what came of an attempt, then removes its sandbox; or leaves both, or gives it up for another attempt.
    func conclude(
        _ run: AttemptRun, _ job: JobRecord, _ control: JobControl
    ) async throws(StoreError) -> End {
        if run.error == .interrupted {
            await leave(run)
            return .left
        }
        control.concludes()
        do throws(StoreError) {
            if let fault = try await fault(of: run, job, control) {
                try await store.requeue(run.attempt, reason: fault.reason, until: fault.until, at: wallClock.now())
                await cleanUp(run, isStored: true)
                return .again(reason: fault.reason, isEngineDown: fault.isEngineDown)
            }
            let (end, outcome) = try await settle(run, job, control)
            await cleanUp(run, isStored: true, mayStay: keep.keeps(outcome))
            return end
        } catch {
            // Nothing may go on running because its end cannot be written down; its rows stay for the next recovery.
            await cleanUp(run, isStored: false)
            throw error
        }
    }

    /// Why an attempt does not count, and the job gets another one.
    private struct Fault {
        let reason: String
        /// `nil`: as soon as it can be had.
        let until: WallTime?
        let isEngineDown: Bool
    }

    /// A fault of the engine before the tool was started, or an engine that went down under a job that may be run again and whose
    /// input is still there.
    private func fault(
        of run: AttemptRun, _ job: JobRecord, _ control: JobControl
    ) async throws(StoreError) -> Fault? {
        guard let error = run.error, control.ask == nil else { return nil }
        let mayHaveRun = await run.sandbox?.toolMayHaveRun ?? false
        // What was passed on of a live input went with the sandbox: without it the tool would do something else.
        guard !mayHaveRun || (job.spec.stdin != .live && job.spec.effect.allowsAnotherRun) else { return nil }
        guard error.isWorthAnotherAttempt(toolMayHaveRun: mayHaveRun) else { return nil }
        let down = WaitReason.engineDown.rawValue
        if await isEngineDown(error) { return Fault(reason: down, until: nil, isEngineDown: true) }
        let spoilt = try await store.attempts(of: job.id).count { $0.outcome == nil && $0.reason != down }
        guard spoilt < Self.faultyAttempts else { return nil }
        let until = wallClock.now().advanced(by: faultWait(after: spoilt))
        return Fault(reason: error.code.rawValue, until: until, isEngineDown: false)
    }

    /// Whether the engine has gone, or only one of its answers has.
    ///
    /// One that hangs has gone, too. An engine that answers again at once may cut, or delay, the same answer each time: attempts on it
    /// have to come to an end.
    private func isEngineDown(_ error: EngineError) async -> Bool {
        switch error {
        case .unreachable, .timedOut: break
        default: return false
        }
        do {
            _ = try await engine.sightings()
            return false
        } catch {
            return true
        }
    }

    private func leave(_ run: AttemptRun) async {
        await run.sandbox?.detach()
        for spool in run.streams.values { await spool.close() }
    }

    /// Stores the outcome: everything at once.
    private func settle(
        _ settled: AttemptRun, _ job: JobRecord, _ control: JobControl
    ) async throws(StoreError) -> (end: End, outcome: JobState) {
        var (run, stopwatch) = (settled, settled.stopwatch)
        run.result?.record.name(by: callName)
        try await announceSaving(run)
        var collected = OutputCollector.Collected()
        if let result = run.result, let spool = run.streams[.files] {
            collected = try await OutputCollector(blobs: blobs).collect(result, from: spool)
        }
        let mayHaveRun = await run.sandbox?.toolMayHaveRun ?? false
        let verdict = verdict(of: run, job, control, resultFile: collected.resultFile, mayHaveRun: mayHaveRun)
        stopwatch.lap("collect")
        var outcome = AttemptOutcome(
            attempt: run.attempt, jobState: verdict.state, attemptState: run.sandbox == nil ? .lost : .collected,
            reason: verdict.reason, message: verdict.message, at: wallClock.now())
        let failed = [JobState.failed, .timedOut, .oomKilled].contains(verdict.state) && run.result?.record != nil
        if failed, control.ask == nil, job.spec.effect.allowsAnotherRun {
            var generator = IDGenerator(ids)
            let wait = job.spec.retry.wait(after: job.summary.toolAttempts + 1, using: &generator)
            outcome.retryAt = wait.map { outcome.at.advanced(by: $0) }
        }
        if outcome.retryAt == nil {
            outcome.attention = attention(verdict, job, failed: failed, mayHaveRun: mayHaveRun)
        }
        outcome.record = run.result?.record
        outcome.toolPosture = run.result?.toolPosture
        outcome.phases = stopwatch.phases
        outcome.stdout = try await wholeBlob(run.streams[.stdout])
        outcome.stderr = try await wholeBlob(run.streams[.stderr])
        outcome.result = collected.result
        outcome.artifacts = collected.artifacts
        outcome.changes = collected.changes
        outcome.artifactBlobs = Array(collected.blobs.values)
        try await store.finish(outcome)
        let end: End = outcome.retryAt == nil ? .settled(verdict) : .again(reason: verdict.reason, isEngineDown: false)
        return (end, verdict.state)
    }

    /// Bytes to be saved from which on a job is shown as `finalizing` meanwhile.
    private static let muchToSave = Int64(1 << 20)

    /// Saving little takes less time than to say so.
    private func announceSaving(_ run: AttemptRun) async throws(StoreError) {
        guard run.result != nil else { return }
        var size = Int64(0)
        for spool in run.streams.values { size += await spool.length }
        if size > Self.muchToSave { try await store.markFinalizing(run.attempt, at: wallClock.now()) }
    }

    /// Why a person has to look at a job that has ended so.
    private func attention(_ verdict: Verdict, _ job: JobRecord, failed: Bool, mayHaveRun: Bool) -> String? {
        if failed, job.spec.retry.attempts > 1 { return "retries_used_up" }
        // Nobody knows what it did, and it may not be done twice.
        let isUnknown = verdict.state == .errored || verdict.reason == ErrorCode.cellLost.rawValue
        return isUnknown && mayHaveRun && !job.spec.effect.allowsAnotherRun ? "outcome_unknown" : nil
    }

    private func verdict(
        of run: AttemptRun, _ job: JobRecord, _ control: JobControl, resultFile: Verdict.ResultFile, mayHaveRun: Bool
    ) -> Verdict {
        if let result = run.result {
            let verdict = Verdict.of(result.record, result: resultFile, limits: job.spec.limits)
            return verdict.state == .cancelled && control.ask == .expired ? .ofTotalClock(job.spec.limits) : verdict
        }
        if control.ask == .expired { return .ofTotalClock(job.spec.limits) }
        guard let error = run.error else {
            return Verdict(.cancelled, "cancelled", "The job was cancelled before its tool started.")
        }
        return Verdict.of(error, toolMayHaveRun: mayHaveRun, isCancelled: control.isCancelled)
    }

    private func wholeBlob(_ spool: (any Spool)?) async throws(StoreError) -> Blob? {
        guard let spool else { return nil }
        return try await blobs.makeBlob(from: spool, range: 0..<(await spool.length))
    }

    /// Removes the container and the spools, each whether the other could be removed or not: a full disk must not stay full because
    /// an engine does not answer.
    ///
    /// What cannot be removed now is left to the next recovery, which finds it by its row; so is a container that stays for a while.
    ///
    /// - Parameter mayStay: whether the container is stopped and not removed, if that is possible.
    private func cleanUp(_ run: AttemptRun, isStored: Bool, mayStay: Bool = false) async {
        for spool in run.streams.values { await spool.close() }
        var isGone = true
        do throws(EngineError) {
            if let sandbox = run.sandbox {
                let stays = mayStay ? try await sandbox.stop() : false
                if stays { isGone = false } else { try await sandbox.remove() }
            }
        } catch {
            isGone = false
            note(error.code, of: run)
        }
        do throws(StoreError) {
            try await spools.remove(run.attempt)
            guard isGone, run.sandbox != nil, isStored else { return }
            try await store.markRemoved(run.attempt, at: wallClock.now())
        } catch {
            note(error.code, of: run)
        }
    }

    private func note(_ code: ErrorCode, of run: AttemptRun) {
        logger.warning(
            "a sandbox was left for the next recovery",
            metadata: ["attempt": "\(run.attempt)", "error.code": "\(code.rawValue)"])
    }
}
