import Model
import Ports
import TestSupport
import Testing

@testable import Scheduler

@Suite struct RecoveryTests {
    private let world = FakeWorld()

    /// A job and, but for `ready`, its attempt and its container.
    @discardableResult
    private func add(seed: UInt64, job state: JobState, attempt attemptState: AttemptState?) throws -> AttemptID {
        var generator = SeededGenerator(seed: seed)
        let id = JobID(using: &generator)
        let time = WallTime(milliseconds: 1)
        world.add(JobRecord(id: id, state: state, spec: try Samples.spec(), specDigest: "d", createdAt: time))
        let attempt = AttemptID(job: id, number: 1)
        guard let attemptState else { return attempt }
        let name = SandboxName.container(FakeWorld.installation, attempt)
        world.add(
            AttemptRecord(
                id: attempt, state: attemptState, containerName: name, profileDigest: "d", createdAt: time))
        world.add(SandboxSighting(containerID: "c\(seed)", name: name, attempt: attempt))
        world.addSpool(of: attempt)
        return attempt
    }

    @Test("nothing to do is nothing done")
    func nothing() async throws {
        #expect(try await world.recovery.run() == Recovery.Summary())
        #expect(!world.steps.contains { $0.hasPrefix("engine.remove ") || $0 == "store.finish" })
    }

    @Test("every open job is settled, and every container of ours removed")
    func settles() async throws {
        let ready = try add(seed: 1, job: .ready, attempt: nil)
        let leased = try add(seed: 2, job: .leased, attempt: .creating)
        let verified = try add(seed: 3, job: .leased, attempt: .verified)
        let running = try add(seed: 4, job: .running, attempt: .working)
        let collected = try add(seed: 5, job: .succeeded, attempt: .collected)
        let summary = try await world.recovery.run()
        #expect(summary == Recovery.Summary(settledJobs: 4, removedContainers: 4, foreignContainers: 0))
        for attempt in [ready, leased, verified, running] {
            #expect(world.job(attempt.job)?.state == .errored)
            #expect(world.attempt(attempt)?.state == (attempt == ready ? nil : .lost))
        }
        // A result that was stored stays.
        #expect(world.job(collected.job)?.state == .succeeded)
        #expect(world.attempt(collected)?.state == .removed)
        #expect(world.containers == [])
        #expect(try await world.recovery.run() == Recovery.Summary())
    }

    @Test("what takes room goes before anything is written, and a row is closed last")
    func order() async throws {
        try add(seed: 4, job: .running, attempt: .working)
        _ = try await world.recovery.run()
        let finish = try #require(world.steps.firstIndex(of: "store.finish"))
        let remove = try #require(world.steps.firstIndex { $0.hasPrefix("engine.remove ") })
        let marked = try #require(world.steps.firstIndex(of: "store.markRemoved"))
        #expect(remove < finish)
        #expect(finish < marked)
    }

    @Test("a container without a row, or under another name than its row's, is left alone and counted")
    func foreign() async throws {
        let mine = try add(seed: 4, job: .running, attempt: .working)
        var generator = SeededGenerator(seed: 99)
        let stranger = AttemptID(job: JobID(using: &generator), number: 1)
        let strangers = [
            SandboxSighting(
                containerID: "s1", name: SandboxName.container(FakeWorld.installation, stranger), attempt: stranger),
            SandboxSighting(containerID: "s2", name: "somebody-else", attempt: mine),
            SandboxSighting(
                containerID: "s3",
                name: SandboxName.container(FakeWorld.installation, AttemptID(job: mine.job, number: 2)),
                attempt: AttemptID(job: mine.job, number: 2)),
        ]
        for stranger in strangers { world.add(stranger) }
        let summary = try await world.recovery.run()
        #expect((summary.removedContainers, summary.foreignContainers) == (1, 3))
        #expect(world.containers == ["s1", "s2", "s3"])
    }

    @Test("what is stale goes last, and is in nobody's way if it cannot go")
    func stale() async throws {
        let attempt = try add(seed: 4, job: .running, attempt: .working)
        world.fail("engine.removeStale")
        #expect(try await world.recovery.run().settledJobs == 1)
        #expect(world.steps.last == "engine.removeStale")
        #expect(world.attempt(attempt)?.state == .lost)
    }

    @Test("the half-made carrier of a cell is removed")
    func carrier() async throws {
        world.add(SandboxSighting(containerID: "v", name: "caisson-x-cell-volume", attempt: nil))
        #expect(try await world.recovery.run().removedContainers == 1)
        #expect(world.containers == [])
    }

    @Test(
        "a recovery that fails at any step is made good by the next",
        arguments: [
            "store.liveAttempts", "store.openJobs", "store.abandon", "store.finish", "engine.sightings",
            "store.markRemoved", "store.removeSpools",
        ])
    func failing(step: String) async throws {
        try add(seed: 1, job: .ready, attempt: nil)
        try add(seed: 2, job: .leased, attempt: .creating)
        try add(seed: 4, job: .running, attempt: .working)
        world.fail(step)
        await #expect(throws: (any Error).self) { try await world.recovery.run() }
        world.fail(nil)
        _ = try await world.recovery.run()
        #expect(world.containers == [])
        #expect(try await world.store.openJobs() == [])
        #expect(try await world.store.liveAttempts() == [])
        #expect(world.spoolNames == [])
    }
}
