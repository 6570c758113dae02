package import Model
import Ports
import Synchronization
import Waiting

/// Takes the jobs that an earlier process left open to their ends, beside whatever else this process does.
package final class EarlierJobs: Sendable {
    /// What there is to tell of such a job.
    package enum News: Sendable, Hashable {
        case goesOn(JobID)
        case ended(JobID, Verdict)
        /// Its outcome could not be stored, or its profile is not there: it stays for the next process.
        case postponed(JobID, ErrorCode)
    }

    /// Jobs worked for at the same time.
    private static let width = 8

    private let findings: Recovery.Findings
    private let supervisor: JobSupervisor
    private let profile: @Sendable (_ name: String) throws -> PreparedProfile
    private let tell: @Sendable (News) -> Void
    private let open: Mutex<Int>
    private let leaving = Signal()

    /// - Parameters:
    ///   - profile: the profile of a name, as it is today.
    ///   - tell: called as things happen, on any thread.
    package init(
        _ findings: Recovery.Findings, supervisor: JobSupervisor,
        profile: @escaping @Sendable (_ name: String) throws -> PreparedProfile,
        tell: @escaping @Sendable (News) -> Void
    ) {
        (self.findings, self.supervisor, self.profile, self.tell) = (findings, supervisor, profile, tell)
        open = Mutex(findings.working.count + findings.waiting.count)
    }

    /// Jobs that are not at their ends.
    package var openCount: Int { open.withLock(\.self) }

    /// Works until every job is at its end, or ``leave()`` is called, or this task is cancelled.
    package func run() async {
        // Those that work come first: each holds a container.
        var jobs = findings.working.map(\.job.id)[...] + findings.waiting.map(\.job.id)
        guard !jobs.isEmpty else { return }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await self.leaving.wait()  // ignored: a cancelled wait ends everything, too
                return true
            }
            for id in jobs.prefix(Self.width) { group.addTask { await self.goOn(id) } }
            jobs = jobs.dropFirst(Self.width)
            while let isLeaving = await group.next(), !isLeaving, openCount > 0 {
                if let id = jobs.popFirst() { group.addTask { await self.goOn(id) } }
            }
            group.cancelAll()
        }
    }

    /// Lets go of what is still open; sandboxes work on for the next process.
    package func leave() { leaving.send() }

    private func goOn(_ id: JobID) async -> Bool {
        tell(.goesOn(id))
        do {
            if let verdict = try await verdict(of: id) { tell(.ended(id, verdict)) }
        } catch let error as any UserFacingError {
            tell(.postponed(id, error.code))
        } catch {
            tell(.postponed(id, .internalFault))
        }
        open.withLock { $0 -= 1 }
        return false
    }

    private func verdict(of id: JobID) async throws -> Verdict? {
        if let found = findings.working.first(where: { $0.job.id == id }) {
            let control = JobControl(grace: found.job.spec.limits.grace)
            let profile = try? profile(found.job.spec.profile)  // ignored: an order that was sent whole needs none
            if let verdict = try await supervisor.resume(found.job, found.attempt, profile: profile, control: control) {
                return verdict
            }
            guard !Task.isCancelled else { return nil }
            // Its sandbox went down with the engine: the job is ready again.
            return try await run(found.job, after: found.attempt.id.number, control)
        }
        guard let found = findings.waiting.first(where: { $0.job.id == id }) else { return nil }
        return try await run(found.job, after: found.attempts, JobControl(grace: found.job.spec.limits.grace))
    }

    private func run(_ job: JobRecord, after attempts: Int, _ control: JobControl) async throws -> Verdict? {
        let prepared: PreparedProfile
        do {
            prepared = try profile(job.spec.profile)
        } catch let error as any UserFacingError {
            return try await supervisor.end(job, Verdict(.errored, error.code.rawValue, error.message))
        }
        guard [nil, prepared.digest].contains(job.spec.profileDigest) else {
            // Fail closed: this process may have been given other profiles, which hold less than the job was promised.
            let message = "The profile \(job.spec.profile) is not as it was when the job was accepted."
            return try await supervisor.end(job, Verdict(.errored, "profile_changed", message))
        }
        return try await supervisor.run(job, after: attempts, profile: prepared, control: control)
    }
}
