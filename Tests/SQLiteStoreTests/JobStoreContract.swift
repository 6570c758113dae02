import Model
import Ports
import SQLiteStore
import TestSupport
import Testing

/// What every ``JobStore`` has to keep to, whatever it is made of.
@Suite("JobStore contract")
struct JobStoreContract {
    private static let beforeSuccess = "waiting or running or stopping or finalizing"

    @Test("a job's whole life is read back as it was written")
    func wholeLife() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            let outcome = Samples.outcome(job)
            try await store.finish(outcome)
            try await store.markRemoved(outcome.attempt, at: WallTime(milliseconds: 6000))

            var wanted = try Samples.job(job)
            (wanted.summary.state, wanted.summary.finishedAt) = (.succeeded, outcome.at)
            (wanted.summary.reason, wanted.summary.message) = (outcome.reason, outcome.message)
            (wanted.summary.attempts, wanted.summary.toolAttempts) = (1, 1)
            wanted.summary.startedAt = Samples.intent(job).at
            #expect(try await store.job(job.description) == wanted)

            let intent = Samples.intent(job)
            var attempt = AttemptRecord(
                id: intent.attempt, state: .removed, containerName: intent.containerName,
                profileDigest: intent.profileDigest, frameKey: intent.frameKey, createdAt: intent.at)
            (attempt.containerID, attempt.finishedAt) = ("id of \(job)", outcome.at)
            (attempt.posture, attempt.attestation) = (Samples.posture, Samples.attestation)
            (attempt.toolPosture, attempt.record) = (outcome.toolPosture, outcome.record)
            (attempt.phases, attempt.artifacts) = (outcome.phases, outcome.artifacts)
            attempt.changes = outcome.changes
            (attempt.outcome, attempt.reason, attempt.message) = (.succeeded, outcome.reason, outcome.message)
            attempt.stdout = outcome.stdout?.reference
            attempt.stderr = outcome.stderr?.reference
            attempt.result = outcome.result?.reference
            #expect(try await store.attempts(of: job) == [attempt])

            let events = try await store.events(of: job)
            #expect(events.map(\.name) == ["submitted", "leased", "verified", "working", "finished", "removed"])
            #expect(events.map(\.sequence) == Array(1...6))
            #expect(events.map(\.attempt) == [nil, 1, 1, 1, 1, 1])
            #expect(events.map(\.at.milliseconds) == [1000, 2000, 3000, 4000, 5000, 6000])
        }
    }

    @Test("files that a job deleted are kept by name, and an event tells of them")
    func deletedFiles() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            var outcome = Samples.outcome(job)
            outcome.changes.append(.init(path: "in.csv", kind: .deleted, blob: nil, problem: nil))
            try await store.finish(outcome)
            #expect(try await store.attempts(of: job).last?.changes == outcome.changes)
            #expect(try await store.events(of: job).map(\.name).suffix(2) == ["files_deleted", "finished"])
        }
    }

    @Test("an answer for an attempt there is not changes nothing")
    func answerOfUnknownAttempt() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            await #expect(throws: StoreError.notFound("\(job).2")) {
                try await store.finish(Samples.outcome(job, attempt: 2))
            }
            #expect(try await store.job("@latest").state == .running)
            #expect(try await store.events(of: job).count == 4)
        }
    }

    @Test("a second outcome is refused and changes nothing")
    func aLateOutcomeChangesNothing() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            try await store.finish(Samples.outcome(job))
            let (before, attempts) = (try await store.job(job.description), try await store.attempts(of: job))

            let expected = "creating or verified or working"
            await #expect(throws: StoreError.conflict(id: "\(job).1", expected: expected, found: "collected")) {
                try await store.finish(Samples.outcome(job, state: .failed))
            }
            #expect(try await store.job(job.description) == before)
            #expect(try await store.attempts(of: job) == attempts)
            #expect(try await store.events(of: job).count == 5)
        }
    }

    @Test("a move that the rules do not have is refused whole")
    func illegalMove() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = ids.makeJobID()
            try await store.accept(job)
            try await store.lease(Samples.intent(job))
            // Success without a tool that ran: the attempt's move would be fine, the job's is not.
            await #expect(throws: StoreError.conflict(id: "\(job)", expected: Self.beforeSuccess, found: "leased")) {
                try await store.finish(Samples.outcome(job, state: .succeeded))
            }
            #expect(try await store.attempts(of: job).map(\.state) == [.creating])
            #expect(try await store.events(of: job).count == 2)
        }
    }

    @Test("an outcome needs final states")
    func outcomeNeedsFinalStates() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            await #expect(throws: StoreError.self) { try await store.finish(Samples.outcome(job, state: .ready)) }
            await #expect(throws: StoreError.self) { try await store.finish(Samples.outcome(job, as: .removed)) }
            #expect(try await store.summary("@latest").state == .running)
        }
    }

    @Test("a repeated call of each step is refused with the state found")
    func repeatedSteps() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            let (intent, time) = (Samples.intent(job), WallTime(milliseconds: 9000))
            await #expect(throws: StoreError.conflict(id: "\(job)", expected: "new", found: "running")) {
                try await store.accept(job)
            }
            await #expect(throws: StoreError.conflict(id: "\(job)", expected: "ready", found: "running")) {
                try await store.lease(intent)
            }
            await #expect(throws: StoreError.conflict(id: "\(job).1", expected: "creating", found: "working")) {
                try await store.markVerified(intent.attempt, containerID: "other", posture: .null, at: time)
            }
            await #expect(throws: StoreError.conflict(id: "\(job).1", expected: "verified", found: "working")) {
                try await store.markWorking(intent.attempt, attestation: Samples.attestation, at: time)
            }
            let over = "collected or lost"
            await #expect(throws: StoreError.conflict(id: "\(job).1", expected: over, found: "working")) {
                try await store.markRemoved(intent.attempt, at: time)
            }
            #expect(try await store.attempts(of: job).map(\.containerID) == ["id of \(job)"])
            #expect(try await store.events(of: job).count == 4)
        }
    }

    @Test("an attempt whose tool never started is given up for another one")
    func requeue() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            let (first, time) = (Samples.intent(job).attempt, WallTime(milliseconds: 9000))
            try await store.requeue(first, reason: "process_lost", until: nil, at: time)
            #expect(try await store.job("\(job)").state == .ready)
            let lost = try await store.attempts(of: job)
            #expect(lost.map(\.state) == [.lost])
            #expect(lost.first?.reason == "process_lost")
            #expect(try await store.liveAttempts().map(\.id) == [first], "its container may still exist")
            await #expect(throws: StoreError.self) {
                try await store.requeue(first, reason: "again", until: nil, at: time)
            }
            try await store.markRemoved(first, at: time)
            try await store.lease(Samples.intent(job, attempt: 2))
            #expect(try await store.attempts(of: job).map(\.state) == [.lost, .creating])
            let names = try await store.events(of: job).map(\.name)
            #expect(names.suffix(3) == ["requeued", "removed", "leased"])
            await #expect(throws: StoreError.self) { try await store.finish(Samples.outcome(job)) }
        }
    }

    @Test("each process that goes on with an attempt has a number of its own")
    func adoption() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            let (attempt, time) = (Samples.intent(job).attempt, WallTime(milliseconds: 9000))
            #expect(try await store.markAdopted(attempt, at: time) == 1)
            #expect(try await store.markAdopted(attempt, at: time) == 2)
            #expect(try await store.attempts(of: job).map(\.adoptions) == [2])
            #expect(try await store.events(of: job).suffix(2).map(\.name) == ["adopted", "adopted"])
            try await store.finish(Samples.outcome(job))
            await #expect(throws: StoreError.self) { try await store.markAdopted(attempt, at: time) }
        }
    }

    @Test("a job without an open attempt can be ended, one with an open attempt cannot")
    func end() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let (waiting, time) = (ids.makeJobID(), WallTime(milliseconds: 9000))
            try await store.accept(waiting)
            try await store.end(waiting, as: .timedOut, reason: "queue_clock", message: "Too late.", at: time)
            let ended = try await store.job("\(waiting)")
            #expect((ended.state, ended.reason, ended.finishedAt) == (.timedOut, "queue_clock", time))
            let running = try await store.insertRunning(ids.makeJobID())
            await #expect(throws: StoreError.self) {
                try await store.end(running, as: .errored, reason: "x", message: "X.", at: time)
            }
            #expect(try await store.job("\(running)").state == .running)
        }
    }

    @Test("the next attempt has the next number")
    func attemptNumbers() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = ids.makeJobID()
            try await store.accept(job)
            await #expect(throws: StoreError.conflict(id: "\(job).2", expected: "attempt 1", found: "attempt 2")) {
                try await store.lease(Samples.intent(job, attempt: 2))
            }
            #expect(try await store.job("\(job)").state == .ready)
            #expect(try await store.attempts(of: job).isEmpty)
        }
    }

    @Test("marking as removed twice is one removal")
    func removalIsIdempotent() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            try await store.finish(Samples.outcome(job))
            for time in [Int64(6000), 7000] {
                try await store.markRemoved(Samples.intent(job).attempt, at: WallTime(milliseconds: time))
            }
            #expect(try await store.attempts(of: job).map(\.state) == [.removed])
            #expect(try await store.events(of: job).filter { $0.name == "removed" }.map(\.at.milliseconds) == [6000])
        }
    }

    @Test("a lost attempt stays lost, and is live until its sandbox is gone")
    func lostAttempt() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            let outcome = Samples.outcome(job, state: .failed, as: .lost)
            try await store.finish(outcome)
            #expect(try await store.liveAttempts().map(\.state) == [.lost])
            try await store.markRemoved(outcome.attempt, at: WallTime(milliseconds: 6000))
            #expect(try await store.liveAttempts().isEmpty)
            #expect(try await store.attempts(of: job).map(\.state) == [.lost])
        }
    }

    @Test("recovery sees open jobs and live attempts, oldest first")
    func recovery() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let jobs = (0..<4).map { _ in ids.makeJobID() }
            for (index, job) in jobs.enumerated() {
                try await store.accept(job, at: Int64(100 - index))
            }
            for (index, job) in jobs.dropFirst().enumerated() {
                try await store.lease(Samples.intent(job, at: Int64(2000 + index)))
            }
            try await store.finish(Samples.outcome(jobs[3], state: .errored))
            let open = try await store.jobs(limit: 9).filter { !$0.state.isTerminal }
            #expect(open.map(\.id) == jobs[..<3].reversed())
            #expect(try await store.liveAttempts().map(\.id.job) == Array(jobs[1...]))
        }
    }

    @Test("a cell volume is known once it was verified, and can be replaced")
    func cellVolume() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            #expect(try await store.cellVolume(digest: "sha256:cell") == nil)
            for name in ["first", "second"] {
                try await store.setCellVolume(name, digest: "sha256:cell", at: WallTime(milliseconds: 1))
                #expect(try await store.cellVolume(digest: "sha256:cell") == name)
            }
            #expect(try await store.cellVolume(digest: "sha256:other") == nil)
        }
    }
}
