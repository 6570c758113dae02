import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Daemon

@Suite struct IdleTimerTests {
    private final class Log: Sendable {
        let left = Latch()
        let times = Mutex(0)
        func leave() {
            times.withLock { $0 += 1 }
            left.open()
        }
    }

    /// Runs `body` beside the timer.
    private func run(
        limit: Duration?, firstWait: Duration = .zero,
        _ body: (IdleTimer<StepClock>, StepClock, Log) async throws -> Void
    ) async throws {
        let (clock, log) = (StepClock(), Log())
        let timer = IdleTimer(limit: limit, firstWait: firstWait, clock: clock) { log.leave() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await timer.run() }
            try await body(timer, clock, log)
            tasks.cancelAll()
        }
    }

    @Test("it leaves when nothing has happened for as long as it is to wait, and sends away who comes then")
    func leaves() async throws {
        try await run(limit: .seconds(10)) { timer, clock, log in
            await clock.waitForSleeper(until: .seconds(10))
            #expect(log.times.withLock { $0 } == 0)
            clock.advance(to: .seconds(10))
            await log.left.wait()
            #expect(!timer.begin())
            #expect(log.times.withLock { $0 } == 1)
        }
    }

    @Test("a request puts it off, by the time from its end on")
    func requests() async throws {
        try await run(limit: .seconds(10)) { timer, clock, log in
            await clock.waitForSleeper(until: .seconds(10))
            clock.advance(to: .seconds(4))
            #expect(timer.begin())
            timer.end()
            clock.advance(to: .seconds(10))
            await clock.waitForSleeper(until: .seconds(14))
            #expect(timer.begin(), "it has not left")
            clock.advance(to: .seconds(14))
            // It now waits for the end of the request, however long that takes.
            clock.advance(to: .seconds(1000))
            timer.end()
            await clock.waitForSleeper(until: .seconds(1010))
            #expect(log.times.withLock { $0 } == 0)
            clock.advance(to: .seconds(1010))
            await log.left.wait()
        }
    }

    @Test("the first request is waited for longer; after it the usual time counts")
    func first() async throws {
        try await run(limit: .seconds(1), firstWait: .seconds(10)) { timer, clock, log in
            await clock.waitForSleeper(until: .seconds(10))
            clock.advance(to: .seconds(5))
            #expect(timer.begin(), "it has not left")
            timer.end()
            await clock.waitForSleeper(until: .seconds(6))
            clock.advance(to: .seconds(6))
            await log.left.wait()
        }
        try await run(limit: .seconds(1), firstWait: .seconds(10)) { _, clock, log in
            await clock.waitForSleeper(until: .seconds(10))
            clock.advance(to: .seconds(10))
            await log.left.wait()
        }
    }

    @Test("without a limit it never leaves")
    func never() async throws {
        try await run(limit: nil) { timer, clock, log in
            clock.advance(to: .seconds(1_000_000))
            #expect(timer.begin())
            timer.end()
            #expect(log.times.withLock { $0 } == 0)
        }
    }
}
