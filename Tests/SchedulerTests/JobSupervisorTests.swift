import CellWire
import Model
import Ports
import Scheduler
import TestSupport
import Testing

@Suite struct JobSupervisorTests {
    private func run(
        _ world: FakeWorld, artifacts: [String] = [], control: JobControl = JobControl(grace: .seconds(5))
    ) async throws -> (job: JobRecord, result: Result<Verdict, any Error>) {
        let job = try await world.accept(Samples.request(artifacts: artifacts))
        do {
            let verdict = try await world.run(job, control: control)
            return (job, .success(try #require(verdict)))
        } catch {
            return (job, .failure(error))
        }
    }

    /// Everything that may fail, in the order in which it is done.
    static let steps: [String] =
        [
            "store.lease", "engine.create", "store.markVerified", "store.open report", "store.open stdout",
            "store.open stderr", "store.open artifacts", "sandbox.start", "store.markWorking", "sandbox.work",
            "store.makeBlob", "store.read", "store.makeBlob", "store.read", "store.finish",
        ] + [String](repeating: "spool.close", count: 4)
        + ["sandbox.remove", "store.removeSpools", "store.markRemoved"]

    @Test("every effect stands between its intent and what came of it")
    func order() async throws {
        let world = FakeWorld()
        let (job, result) = try await run(world)
        #expect(try result.get().state == .succeeded)
        let begin = try #require(world.steps.firstIndex(of: "store.lease"))
        #expect(Array(world.steps[begin...]) == Self.steps)
        #expect(world.job(job.id)?.state == .succeeded)
        #expect(world.attempt(AttemptID(job: job.id, number: 1))?.state == .removed)
        #expect(world.containers == [])
    }

    @Test("the container of a failed attempt is stopped and stays, if that is wanted", arguments: [0, 3])
    func staying(exitCode: Int) async throws {
        var script = FakeWorld.Script()
        script.record.exitCode = exitCode
        for keep in [FailureKeep.none, FailureKeep(life: .seconds(60), most: 1)] {
            let world = FakeWorld(script: script, keep: keep)
            let (job, _) = try await run(world)
            let attempt = AttemptID(job: job.id, number: 1)
            let stays = exitCode != 0 && keep != .none
            #expect(world.containers.isEmpty == !stays)
            #expect(world.steps.contains("sandbox.stop") == stays)
            #expect(world.steps.contains("sandbox.remove") == !stays)
            #expect(world.attempt(attempt)?.state == (stays ? .collected : .removed))
            #expect(world.spoolNames == [])
            #expect(try await world.engine.sightings().allSatisfy { !$0.isRunning })
        }
    }

    @Test("one that cannot be stopped is left to the next recovery, as is one that cannot be removed")
    func unstoppable() async throws {
        var script = FakeWorld.Script()
        script.record.exitCode = 3
        let world = FakeWorld(script: script, keep: FailureKeep(life: .seconds(60), most: 1))
        world.fail("sandbox.stop")
        let (job, result) = try await run(world)
        #expect(try result.get().state == .failed)
        #expect(world.attempt(AttemptID(job: job.id, number: 1))?.state == .collected)
        // It still runs: it does not stay.
        world.fail(nil)
        #expect(try await world.reconciler.round().removedContainers == 1)
    }

    @Test("the row knows the container, its posture and what each phase took")
    func record() async throws {
        let world = FakeWorld()
        let (job, _) = try await run(world)
        let attempt = try #require(world.attempt(AttemptID(job: job.id, number: 1)))
        #expect(attempt.containerName == SandboxName.container(FakeWorld.installation, attempt.id))
        #expect(attempt.containerID == "id of \(attempt.containerName)")
        #expect(attempt.posture == ["fake": true])
        #expect(attempt.attestation == Attestation())
        let outcome = try #require(world.outcomes.first)
        #expect(outcome.phases.map(\.name) == ["lease", "create", "verify", "start", "attest", "work", "collect"])
        #expect(outcome.phases.allSatisfy { $0.microseconds > 0 })
        #expect(outcome.record == FakeWorld.success)
        #expect(outcome.toolPosture == ToolPosture())
    }

    @Test("output, the result and the artifacts become blobs; what was not collected says why")
    func collected() async throws {
        var script = FakeWorld.Script()
        script.output = [.stdout: Array("out".utf8), .stderr: Array("err".utf8), .files: Array("??{}??art".utf8)]
        script.files = [
            CollectedFile(path: "result.json", content: .success(2..<4)),
            CollectedFile(path: "a", content: .success(6..<9)),
            CollectedFile(path: "b", content: .failure(.init(word: "is_a_link"))),
        ]
        let world = FakeWorld(script: script)
        #expect(try await run(world, artifacts: ["a", "b"]).result.get().state == .succeeded)
        let outcome = try #require(world.outcomes.first)
        #expect(outcome.stdout?.inlineBytes == Array("out".utf8))
        #expect(outcome.stderr?.inlineBytes == Array("err".utf8))
        #expect(outcome.result?.inlineBytes == Array("{}".utf8))
        #expect(outcome.artifacts.map(\.path) == ["a", "b"])
        #expect(outcome.artifacts.map(\.problem) == [nil, "is_a_link"])
        #expect(outcome.artifactBlobs.map(\.inlineBytes) == [Array("art".utf8)])
    }

    @Test("changes become blobs, too, but what an artifact has already is made once")
    func changes() async throws {
        var script = FakeWorld.Script()
        script.output = [.files: Array("{}artnew".utf8)]
        script.files = [
            CollectedFile(path: "result.json", content: .success(0..<2)),
            CollectedFile(path: "a", content: .success(2..<5)),
        ]
        script.changes = [
            CollectedChange(path: "a", change: .modified, content: .success(2..<5)),
            CollectedChange(path: "b", change: .added, content: .success(5..<8)),
            CollectedChange(path: "c", change: .deleted, content: nil),
            CollectedChange(path: "d", change: .added, content: .failure(.init(word: "is_a_fifo"))),
        ]
        let world = FakeWorld(script: script)
        #expect(try await run(world, artifacts: ["a"]).result.get().state == .succeeded)
        let outcome = try #require(world.outcomes.first)
        #expect(outcome.changes.map(\.path) == ["a", "b", "c", "d"])
        #expect(outcome.changes.map(\.kind) == [.modified, .added, .deleted, .added])
        #expect(outcome.changes.map(\.problem) == [nil, nil, nil, "is_a_fifo"])
        #expect(outcome.changes[0].blob == outcome.artifacts[0].blob)
        let kept = outcome.artifactBlobs.compactMap(\.inlineBytes).map { String(decoding: $0, as: UTF8.self) }
        #expect(kept.sorted() == ["art", "new"])
    }

    @Test(
        "a result that is no JSON, or cannot be collected, fails the job; one that is missing does not",
        arguments: [
            ("nonsense", nil, "result_not_json"), ("", nil, "result_not_json"), ("{} ", nil, nil),
            ("[1,]", nil, "result_not_json"), ("{\"a\":1,\"a\":1}", nil, "result_not_json"),
            ("\u{FEFF}{}", nil, "result_not_json"), ("", "is_a_folder", "result_is_a_folder"),
            ("", "too_large", "result_too_large"), ("", "missing", nil),
        ] as [(String, String?, String?)])
    func resultFile(_ text: String, _ problem: String?, _ reason: String?) async throws {
        var script = FakeWorld.Script()
        script.output = [.files: Array(text.utf8)]
        let content: Result<Range<Int64>, CollectedFile.Problem> =
            problem.map { .failure(.init(word: $0)) } ?? .success(0..<Int64(text.utf8.count))
        script.files = [CollectedFile(path: "result.json", content: content)]
        let verdict = try await run(FakeWorld(script: script)).result.get()
        #expect(verdict.state == (reason == nil ? .succeeded : .failed))
        #expect(verdict.reason == reason ?? "exit_status")
    }

    /// Steps whose failure cannot be stored: the row is then settled by the next recovery.
    static let notStored: Set = ["store.lease", "store.makeBlob", "store.read", "store.finish"]

    @Test(
        "whatever step fails, the job is terminal and its container gone, at the latest after the next recovery",
        arguments: Set(steps).sorted())
    func failing(step: String) async throws {
        let world = FakeWorld()
        world.fail(step)
        let (job, result) = try await run(world)
        if Self.notStored.contains(step) {
            #expect(throws: Steps.storeError) { try result.get() }
            #expect(world.job(job.id)?.state.isTerminal == false)
            #expect(world.containers == [], "nothing goes on running because its end cannot be written down")
        } else {
            let verdict = try result.get()
            #expect(world.job(job.id)?.state == verdict.state)
            // Once the outcome is stored, it stays.
            let isAfter = ["spool.close", "sandbox.remove", "store.markRemoved", "store.removeSpools"].contains(step)
            #expect(verdict.state == (isAfter ? .succeeded : .errored))
        }
        world.fail(nil)
        try await world.goOn()
        #expect(world.job(job.id)?.state.isTerminal == true)
        #expect(world.containers == [])
        #expect(try await world.openJobs == [])
        #expect(try await world.store.liveAttempts() == [])
        #expect(world.spoolNames == [])
    }

    @Test(
        "after a failure nothing further is asked of the sandbox but its removal",
        arguments: [
            "engine.create", "store.markVerified", "store.open stdout", "sandbox.start", "store.markWorking",
        ])
    func nothingFurther(step: String) async throws {
        let world = FakeWorld()
        world.fail(step)
        _ = try await run(world)
        var after = world.steps.drop { $0 != step }.dropFirst()
        if let again = after.firstIndex(of: "store.lease") { after = after[..<again] }
        #expect(!after.contains("sandbox.work"))
        #expect(!after.contains("sandbox.start"))
        #expect(after.contains("sandbox.remove") == (step != "engine.create"))
        let finish = try #require(after.firstIndex { $0 == "store.finish" || $0 == "store.requeue" })
        #expect(after.firstIndex(of: "sandbox.remove").map { $0 > finish } ?? true)
    }

    /// Each step, and what a cancellation during it comes to.
    static let cancellations: [(String, JobState)] = [
        ("store.lease", .cancelled), ("engine.create", .cancelled), ("store.markVerified", .cancelled),
        ("store.open artifacts", .cancelled), ("sandbox.start", .cancelled), ("store.markWorking", .cancelled),
        ("sandbox.work", .cancelled), ("store.makeBlob", .succeeded), ("store.finish", .succeeded),
        ("sandbox.remove", .succeeded),
    ]

    @Test("a cancellation during any step ends the job; a record that was there first wins", arguments: cancellations)
    func cancelled(during step: String, _ wanted: JobState) async throws {
        let world = FakeWorld()
        let control = JobControl(grace: .seconds(5))
        world.onStep { if $0 == step { control.cancel() } }
        let (job, result) = try await run(world, control: control)
        #expect(try result.get().state == wanted)
        #expect(world.job(job.id)?.state == wanted)
        #expect(world.containers == [])
        let early = ["store.lease", "engine.create", "store.markVerified", "store.open artifacts"]
        #expect(world.steps.contains("engine.create") == (step != "store.lease"))
        #expect(world.steps.contains("sandbox.start") == !early.contains(step))
        #expect(world.steps.contains("sandbox.work") == !(early + ["sandbox.start"]).contains(step))
    }

    @Test("a job that was cancelled before it began asks nothing of the engine")
    func cancelledBefore() async throws {
        let world = FakeWorld()
        let control = JobControl(grace: .zero)
        control.cancel()
        let (job, result) = try await run(world, control: control)
        #expect(try result.get().state == .cancelled)
        #expect(!world.steps.contains { $0 == "engine.create" || $0.hasPrefix("sandbox.") })
        #expect(world.attempt(AttemptID(job: job.id, number: 1))?.state == .lost)
    }

    @Test("a lost cell is the tool's fault once the tool may have run, and ours before")
    func cellLost() async throws {
        var script = FakeWorld.Script()
        script.workError = .cellLost(detail: "gone")
        let world = FakeWorld(script: script)
        let verdict = try await run(world).result.get()
        #expect((verdict.state, verdict.reason) == (.failed, "cell_lost"))
        #expect(world.outcomes.first?.record == nil)
        #expect(world.containers == [])
        script.toolStarts = false
        let before = try await run(FakeWorld(script: script)).result.get()
        #expect((before.state, before.reason) == (.errored, "cell_lost"))
    }

    @Test("a job whose engine goes down under its tool is tried again, but not without the live input it had")
    func engineLost() async throws {
        var script = FakeWorld.Script()
        script.workError = .engineLost(detail: "gone")
        for (isLive, attempts) in [(false, JobSupervisor.faultyAttempts), (true, 1)] {
            let world = FakeWorld(script: script)
            var request = try Samples.request()
            if isLive { request.stdin = .live(TextSource("begun")) }
            let job = try await world.accept(request)
            let verdict = try await world.run(job, live: isLive ? TextSource("begun") : nil)
            #expect(verdict?.state == .errored)
            #expect(verdict?.reason == "engine_lost")
            #expect(try await world.store.attempts(of: job.id).count == attempts)
            #expect(world.containers == [])
        }
    }

    @Test("an engine that hangs is down: however long that lasts, no attempt of a job is counted for it")
    func hangingEngine() async throws {
        let world = FakeWorld()
        let hung = JobSupervisor.faultyAttempts + 2
        world.onStep { [unowned world] step in
            let tries = world.steps.count { $0 == "engine.create" }
            switch step {
            case "engine.create": world.fail(tries <= hung ? "engine.sightings" : nil)
            case "engine.sightings": world.fail(tries < hung ? "engine.create" : nil)
            default: break
            }
        }
        world.fail("engine.create")
        let (job, result) = try await run(world)
        #expect(try result.get().state == .succeeded)
        let reasons = try await world.store.attempts(of: job.id).map(\.reason).prefix(hung)
        #expect(reasons == .init(repeating: "engine_down", count: hung))
    }

    @Test("many jobs run beside each other without meeting")
    func beside() async throws {
        let world = FakeWorld()
        try await withThrowingTaskGroup(of: JobState?.self) { group in
            for _ in 0..<40 {
                group.addTask { try await world.run(try await world.accept(Samples.request()))?.state }
            }
            for try await state in group { #expect(state == .succeeded) }
        }
        #expect(world.outcomes.count == 40)
        #expect(world.containers == [])
    }
}
