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
    /// Bytes of a sandbox's output that are read; a plan's answers take about 60 KiB.
    private static let outputBound = ByteCount.mebibytes(1)
    /// Between TERM and KILL of a prober that does not end.
    private static let grace = Duration.seconds(1)

    private let instance: Instance
    private let image: ProbeImage

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
    init(_ instance: Instance, image: ProbeImage, client: EngineClient) async throws {
        (self.instance, self.image) = (instance, image)
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
        request.stdin = .stored(PlanInput(run.plan))
        let job = try await instance.supervisor.accept(request, profile: profile)
        guard job.spec.imageID == image.id else {
            throw EngineError.probeUnavailable(reason: "\(image.tag) is now another image")
        }
        let verdict = try await instance.supervisor.run(job, profile: profile, control: JobControl(grace: Self.grace))
        let attempt = try await instance.store.attempts(of: job.id).last
        let end: RunOutcome.End =
            if let code = attempt?.record?.exitCode {
                .exited(code)
            } else if let signal = attempt?.record?.signal, attempt?.record?.cause == .ended {
                .killed(signal: signal)
            } else {
                .other(verdict?.message ?? "it was left to the next process")
            }
        return (job.id, RunOutcome(output: try await output(attempt?.stdout), end: end))
    }

    private func output(_ blob: BlobReference?) async throws -> [UInt8] {
        guard let blob else { return [] }
        let size = min(blob.size.bytes, Self.outputBound.bytes)
        var bytes: [UInt8] = []
        while bytes.count < size {
            let part = try await instance.store.bytes(
                of: blob, from: Int64(bytes.count), count: Int(size) - bytes.count)
            guard !part.isEmpty else { break }
            bytes += part
        }
        return bytes
    }
}

/// A plan on its way into a job.
private actor PlanInput: InputSource {
    private var bytes: [UInt8]?

    init(_ plan: String) { bytes = Array(plan.utf8) }

    func next() -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}
