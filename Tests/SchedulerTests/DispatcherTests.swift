import Model
import Ports
import TestSupport
import Testing

@testable import Scheduler

@Suite struct DispatcherTests {
    @Test("a container that could not be removed goes before an orderly end", arguments: [DrainMode.finish, .cancel])
    func lastLook(mode: DrainMode) async throws {
        let world = FakeWorld()
        world.fail("sandbox.remove")
        let job = try await world.accept(Samples.request())
        let dispatcher = world.dispatcher(profile: try Samples.profile())
        try await world.run(dispatcher, until: { world.hasEnded(job) }, then: { await dispatcher.drain(mode) })
        #expect(world.steps.contains("sandbox.remove"))
        #expect(world.containers == [])
        #expect(world.attempt(AttemptID(job: job.id, number: 1))?.state == .removed)
    }

    @Test(
        "a sandbox that could not be removed keeps its slot until it is, and that is seen to at once",
        .timeLimit(.minutes(5)))
    func slotOfLeft() async throws {
        let world = FakeWorld()
        world.fail("sandbox.remove")
        let jobs = [try await world.accept(Samples.request()), try await world.accept(Samples.request())]
        let dispatcher = world.dispatcher(profile: try Samples.profile(), slots: 1)
        try await world.run(
            dispatcher, until: { jobs.allSatisfy(world.hasEnded) }, then: { await dispatcher.drain(.finish) })
        let turns = world.steps.filter { $0 == "engine.create" || $0.hasPrefix("engine.remove ") }
        #expect(turns.map { $0.prefix(13) } == ["engine.create", "engine.remove", "engine.create", "engine.remove"])
        #expect(world.containers == [])
    }

    @Test("a job that has just ended is put away before an end that leaves what runs")
    func concluded() async throws {
        var script = FakeEngine.Script()
        let removal = Latch()
        script.removal = removal
        let world = FakeWorld(script: script)
        let job = try await world.accept(Samples.request())
        let dispatcher = world.dispatcher(profile: try Samples.profile())
        try await world.run(dispatcher, until: { world.hasEnded(job) }) {
            async let draining: Void = dispatcher.drain(.leave)
            while await !dispatcher.status.isDraining { await Task.yield() }
            #expect(await !dispatcher.isEnding)
            removal.open()
            await draining
        }
        #expect(world.containers == [])
        #expect(world.attempt(AttemptID(job: job.id, number: 1))?.state == .removed)
    }

    @Test(
        "a job that may not be started yet is, as soon as the one before it has its tool", .timeLimit(.minutes(5)))
    func startsAtOnce() async throws {
        let world = FakeWorld(script: nil)
        var request = try Samples.request()
        request.command = ["sh", "-c", "sleep 600"]
        let jobs = [try await world.accept(request), try await world.accept(request)]
        let dispatcher = world.dispatcher(profile: try Samples.profile(), startsAtOnce: 1)
        try await world.run(
            dispatcher, until: { jobs.allSatisfy { world.job($0.id)?.state == .running } },
            then: { await dispatcher.drain(.cancel) })
        #expect(world.containers == [])
    }
}
