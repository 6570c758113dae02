import Logging
import Ports
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite struct DaemonLifeTests {
    private final class Steps: Sendable {
        private let all = Mutex<[String]>([])
        func add(_ step: String) { all.withLock { $0.append(step) } }
        var list: [String] { all.withLock { $0 } }
    }

    private struct Broken: Error {}

    /// Runs until it is told to end.
    private struct Worker: Service {
        let name: String
        let steps: Steps

        func run() async throws {
            do {
                try await gracefulShutdown()
                steps.add("\(name) ended")
            } catch {
                steps.add("\(name) cancelled")
                throw error
            }
        }
    }

    /// Has something under way.
    private struct Work: Drainable {
        let steps: Steps
        /// Opened when the drain has begun; it ends when the other one is, or with its task.
        let begun = Latch()
        let done = Latch()

        func drain(_ mode: DrainMode) async {
            steps.add("drain \(mode)")
            begun.open()
            await done.wait()
            steps.add(Task.isCancelled ? "drain cut" : "drained")
        }
    }

    private let steps = Steps()
    private let stop = DaemonStop()
    private let clock = StepClock()

    private func life(_ services: [any Service], _ drainables: [any Drainable] = []) -> DaemonLife {
        DaemonLife(
            services: services, drainables: drainables, stop: stop, mode: .finish, drainLimit: .seconds(60),
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            withdraw: { [steps] in steps.add("withdrawn") }, leaving: { [steps] in steps.add("leaving") })
    }

    @Test("one signal: what is under way is drained as configured, then the services end, the last one first")
    func orderly() async throws {
        let (work, first, last) = (
            Work(steps: steps), Worker(name: "first", steps: steps), Worker(name: "last", steps: steps)
        )
        work.done.open()
        stop.ask(.signal)
        let end = try await life([first, last], [work]).run()
        #expect(end == .orderly)
        let list = steps.list
        #expect(list == ["leaving", "drain finish", "drained", "withdrawn", "last ended", "first ended"])
    }

    @Test("who asks may say how")
    func mode() async throws {
        let work = Work(steps: steps)
        work.done.open()
        stop.ask(.client, mode: .cancel)
        stop.ask(.client, mode: .leave)
        _ = try await life([Worker(name: "x", steps: steps)], [work]).run()
        let list = steps.list
        #expect(list.contains("drain cancel"))
        #expect(!list.contains("drain leave"))
    }

    @Test("a second signal cuts the drain short and cancels the services")
    func forced() async throws {
        let work = Work(steps: steps)
        let life = life([Worker(name: "x", steps: steps)], [work])
        stop.ask(.signal)
        async let ended = life.run()
        await work.begun.wait()
        stop.ask(.signal)
        let end = try await ended
        #expect(end == .forced)
        let list = steps.list
        #expect(list.contains("drain cut"))
        #expect(list.contains("x cancelled"))
    }

    @Test("a drain that takes too long is cut, and the end is an orderly one all the same")
    func limit() async throws {
        let work = Work(steps: steps)
        let life = life([Worker(name: "x", steps: steps)], [work])
        stop.ask(.signal)
        async let ended = life.run()
        await work.begun.wait()
        await clock.waitForSleeper(until: .seconds(60))
        clock.advance(to: .seconds(60))
        let end = try await ended
        #expect(end == .orderly)
        let list = steps.list
        #expect(list.suffix(3) == ["drain cut", "withdrawn", "x ended"])
    }

    @Test("a service that returns when it has drained ends the others in order; unasked it is a fault")
    func returning() async throws {
        struct Returning: Service {
            let latch: Latch
            func run() async throws { await latch.wait() }
        }
        let work = Work(steps: steps)
        let services: [any Service] = [Worker(name: "x", steps: steps), Returning(latch: work.begun)]
        let life = life(services, [work])
        stop.ask(.signal)
        let end = try await life.run()
        #expect(end == .orderly)
        let list = steps.list
        #expect(list.contains("x ended"))
        let unasked = DaemonLife(
            services: services, drainables: [], stop: DaemonStop(), mode: .leave, drainLimit: .zero, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, withdraw: {}, leaving: {})
        await #expect(throws: DaemonLife.ServiceEnded.self) { _ = try await unasked.run() }
    }

    @Test("a service that fails ends the daemon with its error, and the others are cancelled")
    func failure() async throws {
        struct Failing: Service {
            func run() async throws { throw Broken() }
        }
        await #expect(throws: Broken.self) {
            _ = try await life([Worker(name: "x", steps: steps), Failing()]).run()
        }
        let list = steps.list
        #expect(list == ["x cancelled"])
    }
}
