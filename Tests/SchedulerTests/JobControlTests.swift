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
}
