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
        do throws(StoreError) {
            if let reason = await reasonToTryAgain(run, job, control) {
                try await store.requeue(run.attempt, reason: reason, at: wallClock.now())
                await cleanUp(run, isStored: true)
                return .again
            }
            let verdict = try await settle(run, job, control)
            await cleanUp(run, isStored: true)
            return .settled(verdict)
        } catch {
            // Nothing may go on running because its end cannot be written down; its rows stay for the next recovery.
            await cleanUp(run, isStored: false)
            throw error
        }
    }

    /// Why the job gets another attempt, if it does: a fault of the engine before the tool was started, or an engine that went
    /// down under a job without effects, whose input is still there to be given again.
    private func reasonToTryAgain(_ run: AttemptRun, _ job: JobRecord, _ control: JobControl) async -> String? {
        guard let error = run.error, control.ask == nil, run.attempt.number < Self.attempts else { return nil }
        let mayHaveRun = await run.sandbox?.toolMayHaveRun ?? false
        // What was passed on of a live input went with the sandbox: without it the tool would do something else.
        guard !mayHaveRun || job.spec.stdin != .live else { return nil }
        return error.isWorthAnotherAttempt(toolMayHaveRun: mayHaveRun) ? error.code.rawValue : nil
    }

    private func leave(_ run: AttemptRun) async {
        await run.sandbox?.detach()
        for spool in run.streams.values { await spool.close() }
    }

    /// Stores the outcome: everything at once.
    private func settle(
        _ settled: AttemptRun, _ job: JobRecord, _ control: JobControl
    ) async throws(StoreError) -> Verdict {
        var (run, stopwatch) = (settled, settled.stopwatch)
        run.result?.record.name(by: callName)
        var collected = OutputCollector.Collected()
        if let result = run.result, let spool = run.streams[.files] {
            collected = try await OutputCollector(blobs: blobs).collect(result, from: spool)
        }
        let verdict = await verdict(of: run, job, control, resultFile: collected.resultFile)
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
        outcome.changes = collected.changes
        outcome.artifactBlobs = Array(collected.blobs.values)
        try await store.finish(outcome)
        return verdict
    }

    private func verdict(
        of run: AttemptRun, _ job: JobRecord, _ control: JobControl, resultFile: Verdict.ResultFile
    ) async -> Verdict {
        if let result = run.result {
            let verdict = Verdict.of(result.record, result: resultFile, limits: job.spec.limits)
            return verdict.state == .cancelled && control.ask == .expired ? .ofTotalClock(job.spec.limits) : verdict
        }
        if control.ask == .expired { return .ofTotalClock(job.spec.limits) }
        guard let error = run.error else {
            return Verdict(.cancelled, "cancelled", "The job was cancelled before its tool started.")
        }
        let mayHaveRun = await run.sandbox?.toolMayHaveRun ?? false
        return Verdict.of(error, toolMayHaveRun: mayHaveRun, isCancelled: control.isCancelled)
    }

    private func wholeBlob(_ spool: (any Spool)?) async throws(StoreError) -> Blob? {
        guard let spool else { return nil }
        return try await blobs.makeBlob(from: spool, range: 0..<(await spool.length))
    }

    /// Removes the container and the spools, each whether the other could be removed or not: a full disk must not stay full because
    /// an engine does not answer.
    ///
    /// What cannot be removed now is left to the next recovery, which finds it by its row.
    private func cleanUp(_ run: AttemptRun, isStored: Bool) async {
        for spool in run.streams.values { await spool.close() }
        var isGone = true
        do throws(EngineError) { try await run.sandbox?.remove() } catch {
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
