import CellWire
import DockerEngine
import Hardening
package import Model
import Ports
import SQLiteStore
package import Scheduler
package import SelfTest

/// Carries out the plans of a ``SelfTest`` as jobs like any other, and lets them be judged.
package struct ProbeRunner: Sendable {
    /// Sandboxes at a time.
    private static let width = 3
    /// Bytes of a sandbox's output; a plan's answers take about 60 KiB.
    private static let outputLimit = ByteCount.mebibytes(1)
    /// Between TERM and KILL of a prober that does not end.
    private static let grace = Duration.seconds(1)

    private let instance: Instance
    private let image: ProbeImage
    private let profilesFolder: String?

    /// What came of the probes of one profile.
    package struct Report: Sendable {
        package let profile: String
        package let digest: String
        package let findings: [ProbeFinding]
        package let elapsed: Duration
        /// The jobs that were run.
        package let jobs: [JobID]

        package var failed: Int { findings.count { !$0.isPassed } }
    }

    /// Loads the image of the prober, if the engine does not have it.
    init(
        _ instance: Instance, image: ProbeImage, profilesFolder: String?, client: EngineClient
    ) async throws {
        (self.instance, self.image, self.profilesFolder) = (instance, image, profilesFolder)
        try await image.load(into: client)
    }

    package func run(_ profile: PreparedProfile) async throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let test = try SelfTest(profile.profile, hostAddresses: HostAddresses.all())
        var judge = Judge(test)
        var jobs: [JobID] = []
        try await withThrowingTaskGroup(of: (ProbeRun, JobID, RunOutcome).self) { group in
            func take(_ done: (run: ProbeRun, job: JobID, outcome: RunOutcome)) {
                judge.take(done.outcome, of: done.run)
                jobs.append(done.job)
            }
            for (index, run) in test.runs.enumerated() {
                if index >= Self.width, let done = try await group.next() { take(done) }
                group.addTask {
                    let (job, outcome) = try await carryOut(run, profile)
                    return (run, job, outcome)
                }
            }
            for try await done in group { take(done) }
        }
        return Report(
            profile: profile.profile.name, digest: profile.digest, findings: judge.findings,
            elapsed: start.duration(to: clock.now), jobs: jobs)
    }

    private func carryOut(_ run: ProbeRun, _ profile: PreparedProfile) async throws -> (JobID, RunOutcome) {
        var request = JobRequest(
            image: image.tag, command: [ProbeImage.programPath, "plan"], profile: profile.profile.name,
            limits: profile.profile.limits)
        (request.limits.output, request.limits.grace) = (Self.outputLimit, Self.grace)
        request.profilesFolder = profilesFolder
        request.stdin = .stored(BytesInput(Array(run.plan.utf8)))
        let job = try await instance.end(of: try await instance.accept(request))
        guard job.spec.imageID == image.id else {
            throw EngineError.probeUnavailable(reason: "\(image.tag) is now another image")
        }
        let attempt = try await instance.store.attempts(of: job.id).last
        let end: RunOutcome.End =
            if let code = attempt?.record?.exitCode {
                .exited(code)
            } else if let signal = attempt?.record?.signal, attempt?.record?.cause == .ended {
                .killed(signal: signal)
            } else {
                .other(job.message ?? "it was left to the next process")
            }
        return (job.id, RunOutcome(output: try await output(attempt?.stdout), end: end))
    }

    private func output(_ blob: BlobReference?) async throws -> [UInt8] {
        guard let blob else { return [] }
        var bytes: [UInt8] = []
        try await instance.store.pieces(of: blob) { bytes += $0 }
        return bytes
    }
}
