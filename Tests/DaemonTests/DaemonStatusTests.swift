import ControlWire
import Model
import Planner
import Ports
import Scheduler
import Testing

@testable import Daemon

@Suite struct DaemonStatusTests {
    @Test("the engine's health is what the last look has found; before the first one it is asked")
    func engine() {
        #expect(DaemonStatus.check(.unknown) == nil)
        #expect(DaemonStatus.check(.up)?.isHealthy == true)
        let down = DaemonStatus.check(
            .down(since: WallTime(milliseconds: 0), code: .engineUnreachable, message: "It is gone."))
        #expect(down?.isHealthy == false)
        #expect(down?.message.hasSuffix("It is gone.") == true)
    }

    @Test("what the dispatcher says goes on the wire whole")
    func dispatch() {
        let capacity = PlanCapacity(slots: 7, milliCPUs: 1000, memory: .gibibytes(1))
        var status = DispatcherStatus(capacity: capacity)
        status.engine = .down(since: WallTime(milliseconds: 0), code: .engineUnreachable, message: "It is gone.")
        (status.isDraining, status.running, status.rounds, status.failedRounds) = (true, 3, 5, 2)
        let view = StatusView.Dispatch(status)
        #expect((view.engine, view.engineProblem) == ("down", "It is gone."))
        #expect(view.engineDownSince == WallTime(milliseconds: 0).rfc3339)
        #expect(view.isDraining && view.running == 3 && view.rounds == 5 && view.failedRounds == 2)
        #expect(view.slots == 7)
    }
}
