import Logging
package import Model
import Planner
import Ports

/// One job in hand, from its plan to its end.
extension Dispatcher {
    func carryOut(_ work: Work) async {
        do {
            switch work {
            case .begin(let row): try await begin(row)
            case .adopt(let attempt): try await adopt(attempt)
            }
            refused[work.job] = nil
        } catch {
            note(error, of: work.job)
        }
        letGo(work.job)
    }

    private func note(_ error: any Error, of job: JobID) {
        // Whatever it is, it is not to be met again and again without a pause.
        let count = (refused[job]?.count ?? 0) + 1
        refused[job] = (count, wallClock.now().advanced(by: Self.patience(after: count)))
        switch error {
        case StoreError.conflict:
            break  // it was cancelled, held or ended between the plan and the lease: what it is now is in its row
        default:
            // Its rows are as they were, or say what may exist: the next look at the engine goes on from there.
            let code = (error as? any UserFacingError)?.code ?? .internalFault
            logger.error(
                "a job is left for the next look",
                metadata: ["job": "\(job)", "error.code": "\(code.rawValue)"])
        }
    }

    private func begin(_ row: ReadyRow) async throws {
        let job = try await store.job("\(row.job)")
        let control = JobControl(grace: job.spec.limits.grace, whenWorking: wake)
        put(control, AttemptID(job: job.id, number: job.summary.attempts + 1), in: job.id)
        if let verdict = reasonNotToBegin(job) { return try await supervisor.end(job.id, verdict) }
        let prepared: PreparedProfile
        do {
            prepared = try job.spec.preparedProfile(profile)
        } catch let error as any UserFacingError {
            return try await supervisor.end(job.id, Verdict(.errored, error.code.rawValue, error.message))
        }
        guard [nil, prepared.digest].contains(job.spec.profileDigest) else {
            // Fail closed: this process may have been given other profiles, which hold less than the job was promised.
            let message = "The profile \(job.spec.profile) is not as it was when the job was accepted."
            return try await supervisor.end(job.id, Verdict(.errored, "profile_changed", message))
        }
        let live = job.spec.stdin == .live ? liveInputs.input(for: job.id) : nil
        note(try await supervisor.attempt(job, profile: prepared, live: live, control: control), of: job)
    }

    private func adopt(_ attempt: AttemptRecord) async throws {
        let job = try await store.job("\(attempt.id.job)")
        let control = JobControl(grace: job.spec.limits.grace, whenWorking: wake)
        put(control, attempt.id, in: job.id)
        if job.summary.cancelRequest != nil { control.cancel() }
        let prepared = try? job.spec.preparedProfile(profile)  // ignored: an order that was sent whole needs none
        note(try await supervisor.resume(job, attempt, profile: prepared, control: control), of: job)
    }

    private func put(_ control: JobControl, _ attempt: AttemptID, in job: JobID) {
        inHand[job]?.control = control
        inHand[job]?.attempt = attempt
        if inHand[job]?.isCancelled == true { control.cancel() }
    }

    /// What keeps a job from ever being run, if there is something.
    private func reasonNotToBegin(_ job: JobRecord) -> Verdict? {
        if job.spec.stdin == .live, job.createdAt < startedAt {
            return Verdict(
                .errored, "stdin_lost", "The process that passed its standard input on ended before the job had begun.")
        }
        if job.spec.files.contains(where: { $0.digest.isEmpty && $0.reference == nil }) {
            return Verdict(.errored, "process_lost", "An earlier release accepted the job and did not keep its files.")
        }
        return nil
    }

    private func note(_ end: JobSupervisor.End, of job: JobRecord) {
        switch end {
        case .settled:
            if job.spec.stdin == .live { liveInputs.end(job.id) }
        case .again(let reason, let isEngineDown):
            logger.info("a job gets another attempt", metadata: ["job": "\(job.id)", "reason": "\(reason)"])
            if isEngineDown { engineWentDown(reason) }
        case .left: break
        }
    }

    // MARK: Cancelling

    /// Ends jobs that have a sandbox; it was committed before that they are to end.
    ///
    /// - Parameter grace: between TERM and KILL; `nil`: as each job has it. A second call for a job kills at once.
    package func cancel(_ jobs: [JobID], grace: Duration?) async {
        for job in jobs { await cancelInHand(job, grace: grace) }
    }

    func cancelInHand(_ job: JobID, grace: Duration?) async {
        inHand[job]?.isCancelled = true
        guard let hand = inHand[job], let control = hand.control else { return }
        guard control.cancel(grace: grace), let attempt = hand.attempt else { return }
        do {
            try await store.markStopping(attempt, at: wallClock.now())
        } catch {
            // It has ended meanwhile, or cannot be written: it is being ended all the same.
            logger.debug("a job's stopping was not noted", metadata: ["error.code": "\(error.code.rawValue)"])
        }
    }
}
