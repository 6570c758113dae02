import CellWire
import Model
import Ports
import SQLiteStore
import TestSupport

extension QueueBench {
    /// Every transition of jobs that one sandbox each runs: each is one write, which is durable when it is answered.
    func transitions(jobs: Int, callers: Int) async throws -> [String: Double] {
        let made = (0...jobs).map { _ in ids.makeJobID() }
        let time = SystemCalendar().now()
        _ = try await store.submit(Acceptance(Self.many(jobs), ids: made, at: time, actor: ""), inputs: [])
        let nodes = Array(made.dropFirst())
        let seconds = try await Self.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        for index in stride(from: caller, to: jobs, by: callers) { try await run(nodes[index]) }
                    }
                }
                try await group.waitForAll()
            }
        }
        return ["seconds": seconds, "transitions": Double(jobs * Self.transitionsOfAJob)]
    }

    private static let transitionsOfAJob = 5

    private func run(_ job: JobID) async throws {
        let time = SystemCalendar().now()
        let attempt = AttemptID(job: job, number: 1)
        try await store.lease(
            AttemptIntent(
                attempt: attempt, containerName: "c-\(job)", profileDigest: "sha256:p", frameKey: 1, at: time))
        try await store.markVerified(attempt, containerID: "id-\(job)", posture: .null, at: time)
        try await store.markWorking(attempt, attestation: Attestation(), at: time)
        var outcome = AttemptOutcome(
            attempt: attempt, jobState: .succeeded, attemptState: .collected, reason: "exit_status",
            message: "The tool exited with status 0.", at: time)
        var record = CellRecord()
        record.exitCode = 0
        outcome.record = record
        try await store.finish(outcome)
        try await store.markRemoved(attempt, at: time)
    }
}
