import Model
import Ports
import TestSupport
import Testing

@testable import Scheduler

@Suite struct ReconcilerTests {
    private let world = FakeWorld()

    /// A job and, but for `ready`, its attempt and its container.
    @discardableResult
    private func add(
        seed: UInt64, job state: JobState, attempt attemptState: AttemptState?, profileDigest: String = "sha256:p",
        at milliseconds: Int64 = FixedWallClock().now().milliseconds, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> AttemptID {
        var generator = SeededGenerator(seed: seed)
        let id = JobID(using: &generator)
        let time = WallTime(milliseconds: milliseconds)
        var spec = try Samples.spec()
        change(&spec)
        var job = JobSummary(id: id, state: state, createdAt: time)
        if state.isTerminal { job.finishedAt = time }
        try world.add(JobRecord(job, spec: spec, specDigest: "d"))
        let attempt = AttemptID(job: id, number: 1)
        guard let attemptState else { return attempt }
        let name = SandboxName.container(FakeWorld.installation, attempt)
        var record = AttemptRecord(
            id: attempt, state: attemptState, containerName: name, profileDigest: profileDigest, frameKey: 7,
            createdAt: time)
        record.containerID = "c\(seed)"
        try world.add(record)
        world.add(SandboxSighting(containerID: "c\(seed)", name: name, attempt: attempt))
        world.addSpool(of: attempt)
        return attempt
    }

    @Test("nothing to do is nothing done")
    func nothing() async throws {
        #expect(try await world.reconciler.round() == Reconciler.Findings())
        #expect(!world.steps.contains { $0.hasPrefix("engine.remove ") || $0 == "store.finish" })
    }

    @Test("what never started is given up for a new attempt, what works is left to be gone on with")
    func sorts() async throws {
        let ready = try add(seed: 1, job: .ready, attempt: nil)
        let leased = try add(seed: 2, job: .leased, attempt: .creating)
        let verified = try add(seed: 3, job: .leased, attempt: .verified)
        let running = try add(seed: 4, job: .running, attempt: .working)
        let collected = try add(seed: 5, job: .succeeded, attempt: .collected)
        let findings = try await world.reconciler.round()
        #expect((findings.removedContainers, findings.foreignContainers) == (3, 0))
        for attempt in [ready, leased, verified] { #expect(world.job(attempt.job)?.state == .ready) }
        #expect(findings.working.map(\.id) == [running])
        for attempt in [leased, verified] {
            #expect(world.attempt(attempt)?.state == .lost)
            #expect(world.attempt(attempt)?.reason == "process_lost")
        }
        // A result that was stored stays, and a tool that works goes on working.
        #expect(world.job(collected.job)?.state == .succeeded)
        #expect(world.attempt(collected)?.state == .removed)
        #expect(world.job(running.job)?.state == .running)
        #expect(world.containers == ["c4"])
        #expect(world.spoolNames == ["\(running)/stdout"])
    }

    @Test("a new process brings every job to its end, each tool started once")
    func goesOn() async throws {
        for (seed, attempt) in [(1, nil), (2, .creating), (3, .verified), (4, .working)] as [(UInt64, AttemptState?)] {
            let state: JobState = attempt == nil ? .ready : attempt == .working ? .running : .leased
            try add(seed: seed, job: state, attempt: attempt)
        }
        try await world.goOn()
        #expect(try await world.openJobs == [])
        #expect(world.outcomes.map(\.jobState) == [.succeeded, .succeeded, .succeeded, .succeeded])
        #expect(world.steps.filter { $0 == "sandbox.resume" }.count == 1)
        #expect(world.steps.filter { $0 == "sandbox.work" }.count == 3)
        #expect(world.containers == [])
        #expect(try await world.store.liveAttempts() == [])
    }

    @Test("an attempt of another profile gets no order any more")
    func otherProfile() async throws {
        try add(seed: 4, job: .running, attempt: .working, profileDigest: "sha256:other")
        try await world.goOn()
        #expect(world.steps.contains("sandbox.resume without order"))
    }

    @Test(
        "a job is begun under no other profile than the one it was accepted with", arguments: ["sha256:p", "sha256:q"])
    func otherProfile(_ digest: String) async throws {
        let usual = try Samples.profile()
        let profile = PreparedProfile(profile: usual.profile, digest: digest, filter: usual.filter)
        let job = try await world.accept(Samples.request(), profile: profile)
        try await world.goOn()
        let isSame = digest == usual.digest
        #expect(world.job(job.id)?.state == (isSame ? .succeeded : .errored))
        #expect(world.job(job.id)?.reason == (isSame ? "exit_status" : "profile_changed"))
        #expect(world.steps.contains("store.lease") == isSame)
    }

    @Test("a job that can never run again is ended with its reason")
    func neverAgain() async throws {
        let live = try add(seed: 1, job: .ready, attempt: nil) { $0.stdin = .live }
        let unkept = try add(seed: 2, job: .ready, attempt: nil) {
            $0.files = [.init(path: "a", size: ByteCount(bytes: 1), isExecutable: false, digest: "")]
        }
        try await world.goOn()
        for attempt in [live, unkept] { #expect(world.job(attempt.job)?.state == .errored) }
    }

    @Test("an engine that fails before every start is not asked for ever")
    func exhausted() async throws {
        let job = try await world.accept(Samples.request())
        world.fail("sandbox.start")
        try await world.goOn()
        #expect(world.job(job.id)?.state == .errored)
        #expect(try await world.store.attempts(of: job.id).count == JobSupervisor.faultyAttempts)
    }

    @Test("a job that waited longer than its queue clock is not begun")
    func queueClock() async throws {
        let attempt = try add(seed: 1, job: .ready, attempt: nil, at: 1) { $0.limits.queue = .seconds(60) }
        try await world.goOn()
        #expect(world.job(attempt.job)?.state == .timedOut)
        #expect(!world.steps.contains("store.lease"))
    }

    @Test("what takes room goes before anything is written, and a row is closed last")
    func order() async throws {
        try add(seed: 4, job: .leased, attempt: .verified)
        _ = try await world.reconciler.round()
        let requeue = try #require(world.steps.firstIndex(of: "store.requeue"))
        let remove = try #require(world.steps.firstIndex { $0.hasPrefix("engine.remove ") })
        let marked = try #require(world.steps.firstIndex(of: "store.markRemoved"))
        #expect(remove < requeue)
        #expect(requeue < marked)
    }

    @Test("a container without a row, or under another name than its row's, is left alone and counted")
    func foreign() async throws {
        let mine = try add(seed: 4, job: .leased, attempt: .verified)
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
        let summary = try await world.reconciler.round()
        #expect((summary.removedContainers, summary.foreignContainers) == (1, 3))
        #expect(world.containers == ["s1", "s2", "s3"])
    }

    @Test("of failed attempts' containers the newest stay, stopped, and nothing else does")
    func keptContainers() async throws {
        let world = FakeWorld(keep: FailureKeep(life: .seconds(3600), most: 2))
        let now = FixedWallClock().now().milliseconds
        func add(_ seed: UInt64, _ outcome: JobState, endedBefore seconds: Int64, isRunning: Bool = false) throws {
            var generator = SeededGenerator(seed: seed)
            let attempt = AttemptID(job: JobID(using: &generator), number: 1)
            let end = WallTime(milliseconds: now - seconds * 1000)
            var job = JobSummary(id: attempt.job, state: outcome, createdAt: end)
            job.finishedAt = end
            try world.add(JobRecord(job, spec: try Samples.spec(), specDigest: "d"))
            let name = SandboxName.container(FakeWorld.installation, attempt)
            var record = AttemptRecord(
                id: attempt, state: .collected, containerName: name, profileDigest: "sha256:p", frameKey: 7,
                createdAt: end)
            (record.containerID, record.finishedAt, record.outcome) = ("c\(seed)", end, outcome)
            try world.add(record)
            world.add(SandboxSighting(containerID: "c\(seed)", name: name, attempt: attempt, isRunning: isRunning))
        }
        try add(1, .failed, endedBefore: 3000)
        try add(2, .oomKilled, endedBefore: 2000)
        try add(3, .errored, endedBefore: 1000)
        try add(4, .succeeded, endedBefore: 10)
        try add(5, .cancelled, endedBefore: 10)
        try add(6, .timedOut, endedBefore: 7200)
        var findings = try await world.reconciler.round()
        #expect(world.containers == ["c2", "c3"])
        #expect((findings.stopped.count, findings.removedContainers) == (2, 4))
        let rows = try await world.store.liveAttempts()
        #expect(rows.map(\.containerID) == ["c2", "c3"], "a restart knows it by its rows")
        // One in which something runs is not one that may stay, though it is the newest.
        try add(7, .failed, endedBefore: 5, isRunning: true)
        findings = try await world.reconciler.round()
        #expect(world.containers == ["c3"])
        #expect(findings.stopped.count == 1)
    }

    @Test("what stays for a while goes when its time is over, and is forgotten when somebody has removed it")
    func keptNoLonger() async throws {
        let attempt = try add(seed: 9, job: .failed, attempt: .collected)
        var record = try #require(world.attempt(attempt))
        record.outcome = .failed
        record.finishedAt = WallTime(milliseconds: FixedWallClock().now().milliseconds)
        func round(after seconds: Int64, _ sightings: [SandboxSighting]) async throws -> FakeWorld {
            let world = FakeWorld(keep: FailureKeep(life: .seconds(3600), most: 2))
            world.wallClock.advance(by: seconds * 1000)
            try world.add(try #require(self.world.job(attempt.job)))
            try world.add(record)
            for sighting in sightings { world.add(sighting) }
            _ = try await world.reconciler.round()
            return world
        }
        let there = SandboxSighting(
            containerID: "c9", name: record.containerName, attempt: attempt, isRunning: false)
        let young = try await round(after: 3000, [there])
        #expect(young.containers == ["c9"])
        #expect(young.attempt(attempt)?.state == .collected)
        let old = try await round(after: 3700, [there])
        #expect(old.containers == [])
        #expect(old.attempt(attempt)?.state == .removed)
        let gone = try await round(after: 3000, [])
        #expect(gone.attempt(attempt)?.state == .removed)
    }

    @Test("what is stale goes last, and is in nobody's way if it cannot go")
    func stale() async throws {
        let attempt = try add(seed: 4, job: .leased, attempt: .verified)
        world.fail("engine.removeStale")
        _ = try await world.reconciler.round()
        #expect(world.steps.last == "engine.removeStale")
        #expect(world.attempt(attempt)?.state == .lost)
    }

    @Test("the half-made carrier of a cell is removed")
    func carrier() async throws {
        world.add(SandboxSighting(containerID: "v", name: "caisson-x-cell-volume", attempt: nil))
        #expect(try await world.reconciler.round().removedContainers == 1)
        #expect(world.containers == [])
    }

    @Test(
        "a recovery that fails at any step is made good by the next",
        arguments: [
            "store.liveAttempts", "store.requeue", "engine.sightings",
            "store.markRemoved", "store.removeSpools",
        ])
    func failing(step: String) async throws {
        try add(seed: 1, job: .ready, attempt: nil)
        try add(seed: 2, job: .leased, attempt: .creating)
        try add(seed: 4, job: .running, attempt: .working)
        world.fail(step)
        await #expect(throws: (any Error).self) { try await world.reconciler.round() }
        world.fail(nil)
        try await world.goOn()
        #expect(world.containers == [])
        #expect(try await world.openJobs == [])
        #expect(try await world.store.liveAttempts() == [])
        #expect(world.spoolNames == [])
    }
}
