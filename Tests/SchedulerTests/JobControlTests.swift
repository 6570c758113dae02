import Ports
import TestSupport
import Testing

@testable import Scheduler

@Suite struct JobControlTests {
    private let sandbox = FakeSandbox()
    private let control = JobControl(grace: .seconds(5))

    @Test("nothing is cancelled before somebody asks")
    func untouched() {
        control.working(in: sandbox)
        #expect(!control.isCancelled)
        #expect(sandbox.cancellations == [])
    }

    @Test("a cancel while the sandbox works reaches it with the grace")
    func afterWorking() {
        control.working(in: sandbox)
        control.cancel()
        #expect(control.isCancelled)
        #expect(sandbox.cancellations == [.seconds(5)])
    }

    @Test("a cancel before the sandbox works reaches it as soon as it does")
    func beforeWorking() {
        control.cancel()
        #expect(control.isCancelled)
        #expect(sandbox.cancellations == [])
        control.working(in: sandbox)
        #expect(sandbox.cancellations == [.seconds(5)])
    }

    @Test("a second cancel kills at once, and so do all that follow")
    func second() {
        control.working(in: sandbox)
        for _ in 0..<3 { control.cancel() }
        #expect(sandbox.cancellations == [.seconds(5), .zero, .zero])
    }

    @Test("a second cancel also kills when the first came before the work")
    func secondAfterEarlyFirst() {
        control.cancel()
        control.working(in: sandbox)
        control.cancel()
        #expect(sandbox.cancellations == [.seconds(5), .zero])
    }

    @Test("cancels from many tasks at once: one gives the grace, all others kill")
    func concurrent() async {
        control.working(in: sandbox)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { control.cancel() } }
        }
        #expect(sandbox.cancellations.filter { $0 == .seconds(5) }.count == 1)
        #expect(sandbox.cancellations.filter { $0 == .zero }.count == 49)
    }

    @Test("a step is given up when the end is asked for, before it or during it, and is otherwise left alone")
    func givenUp() async throws {
        let value = try await control.unlessAsked { () async throws(EngineError) in 7 }
        #expect(value == 7)
        await #expect(throws: EngineError.outcomeLost) {
            try await control.unlessAsked { () async throws(EngineError) in throw .outcomeLost }
        }
        let begun = Latch()
        async let given: Int? = control.unlessAsked { () async throws(EngineError) in await Self.forever(begun) }
        await begun.wait()
        control.cancel()
        let during = try await given
        #expect(during == nil)
        let after = try await control.unlessAsked { () async throws(EngineError) in await Self.forever(Latch()) }
        #expect(after == nil)
    }

    @Test("a step of a cancelled task is interrupted, which is no end of the job")
    func interrupted() async throws {
        let begun = Latch()
        let task = Task { [control] in
            try await control.unlessAsked { () async throws(EngineError) in
                _ = await Self.forever(begun)
                throw .interrupted
            }
        }
        await begun.wait()
        task.cancel()
        // The step itself may see the end first; an engine's calls say then that they were interrupted.
        let outcome = await task.result
        #expect(throws: EngineError.interrupted) { try outcome.get() }
    }

    /// Ends with its task alone.
    private static func forever(_ begun: Latch) async -> Int {
        begun.open()
        await Latch().wait()
        return 0
    }
}
