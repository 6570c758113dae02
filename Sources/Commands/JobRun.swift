import Daemon
import Hardening
import Model
import Ports
import SQLiteStore
import Scheduler

/// One `caisson run`: its own job, from its acceptance to its end, and beside it those that an earlier process left open.
struct JobRun {
    let request: JobRequest
    let profile: PreparedProfile
    /// Where the profiles of earlier jobs are looked up.
    let profiles: ProfileSet
    let instance: Instance
    let follower: OutputFollower
    let output: Output
    let form: OutputForm
    let artifactsDir: String?
    let changesDir: String?

    /// How the own job ended, and what could not be handed out of it.
    private struct End {
        let job: JobID
        let verdict: Verdict
        let failures: [Failure]

        /// That files or output could not be written changes the exit status of a success alone.
        var status: ExitStatus {
            let status = ExitStatus(verdict.state)
            return status == .ok ? failures.first?.status ?? .ok : status
        }
    }

    func run() async throws -> ExitStatus {
        let findings = try await instance.recovery.run()
        let earlier = EarlierJobs(
            findings, supervisor: instance.supervisor,
            profile: { [profiles] in try Instance.profile(named: $0, of: profiles) },
            tell: { [output] in output.error(Self.words($0)) })
        let control = JobControl(grace: request.limits.grace)
        let signals = CancelSignals(control, earlier, follower, output: output)
        defer { signals.end() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await earlier.run() }
            let end = try await ownJob(control)
            signals.ownJobIsOver()
            // With `-o json` the last line is an object, the job's or an error's.
            if form != .json { tell(end) }
            if earlier.openCount > 0 {
                let jobs = earlier.openCount == 1 ? "a job" : "\(earlier.openCount) jobs"
                output.error("caisson: waiting for \(jobs) of an earlier process; Ctrl-C leaves that to the next")
            }
            try await group.waitForAll()
            if form == .json { tell(end) }
            return end?.status ?? .errored
        }
    }

    private static func words(_ news: EarlierJobs.News) -> String {
        switch news {
        case .goesOn(let job): "caisson: going on with job \(job) of an earlier process"
        case .ended(let job, let verdict): words(verdict, of: job)
        case .postponed(let job, let code):
            "caisson: what became of job \(job) cannot be stored (\(code.rawValue)); the next process ends it"
        }
    }

    private static func words(_ verdict: Verdict, of job: JobID) -> String {
        "caisson: job \(job) \(verdict.state.rawValue): \(TextTable.oneLine(verdict.message, width: TextTable.sentence))"
    }

    /// Runs what was asked for and hands out what came of it; `nil` if it was left to the next process.
    private func ownJob(_ control: JobControl) async throws -> End? {
        let job = try await instance.supervisor.accept(request, profile: profile)
        await follower.follow(job.id)
        let live: (any InputSource)? = if case .live(let source) = request.stdin { source } else { nil }
        let verdict = try await withThrowingTaskGroup(of: Verdict?.self) { group in
            group.addTask {
                await follower.run()
                return nil
            }
            group.addTask {
                defer { follower.end() }
                return try await instance.supervisor.run(job, profile: profile, live: live, control: control)
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
        guard let verdict else { return nil }
        if form != .json { output.error(Self.words(verdict, of: job.id)) }
        var failures = [await follower.flaw].compactMap { $0.map { Failure($0) } }
        await follower.close()
        do {
            try await JobEnd(job: job, attempt: try await instance.store.attempts(of: job.id).last).report(
                artifactsDir: artifactsDir, changesDir: changesDir, reader: instance.store, output: output)
        } catch {
            failures.append(Failure(error))
        }
        return End(job: job.id, verdict: verdict, failures: failures)
    }

    /// Tells the last words: with `-o json` the job as one object, then what could not be handed out.
    private func tell(_ end: End?) {
        guard let end else { return }
        struct View: Encodable {
            struct Job: Encodable { let id, state, reason, message: String }
            let job: Job
        }
        if form == .json {
            let verdict = end.verdict
            output.error(
                Output.compactJSON(
                    View(
                        job: View.Job(
                            id: "\(end.job)", state: verdict.state.rawValue, reason: verdict.reason,
                            message: verdict.message))))
        }
        for failure in end.failures { failure.tell(form, output: output) }
    }
}
