import Testing

@testable import CurlHTTP

@Suite struct DeadlinesTests {
    private let start = SuspendingClock.now
    private let timeouts = HTTPRequest.Timeouts(connect: .seconds(1), total: .seconds(10), idle: .seconds(3))

    @Test("the idle limit starts anew with every byte, the total one does not")
    func idleAndTotal() {
        var deadlines = Deadlines(timeouts, startedAt: start)
        #expect(deadlines.next == start + .seconds(3))
        deadlines.sawBytes(at: start + .seconds(2))
        #expect(deadlines.overdue(at: start + .seconds(4)) == nil)
        #expect(deadlines.overdue(at: start + .seconds(5)) == .timedOut(.idle, limit: .seconds(3)))
        deadlines.sawBytes(at: start + .seconds(9))
        #expect(deadlines.next == start + .seconds(10))
        #expect(deadlines.overdue(at: start + .seconds(10)) == .timedOut(.total, limit: .seconds(10)))
    }

    @Test("the connect limit counts only while the backlog is full")
    func connect() {
        var deadlines = Deadlines(timeouts, startedAt: start)
        #expect(deadlines.overdue(at: start + .seconds(2)) == nil)
        deadlines.foundBacklogFull(at: start)
        #expect(deadlines.next == start + Deadlines.connectPause)
        #expect(!deadlines.connectIsDue(at: start))
        #expect(deadlines.connectIsDue(at: start + Deadlines.connectPause))
        #expect(deadlines.overdue(at: start + .seconds(2)) == .timedOut(.connect, limit: .seconds(1)))
        deadlines.connectsAgain()
        #expect(deadlines.overdue(at: start + .seconds(2)) == nil)
    }

    @Test("the idle limit rests while our own side holds bytes back, the total one does not")
    func held() {
        var deadlines = Deadlines(timeouts, startedAt: start)
        deadlines.holds()
        #expect(deadlines.overdue(at: start + .seconds(5)) == nil)
        #expect(deadlines.next == start + .seconds(10))
        deadlines.releases(at: start + .seconds(6))
        #expect(deadlines.overdue(at: start + .seconds(8)) == nil)
        #expect(deadlines.overdue(at: start + .seconds(9)) == .timedOut(.idle, limit: .seconds(3)))
    }

    @Test("without limits nothing is ever due")
    func none() {
        let deadlines = Deadlines(.init(), startedAt: start)
        #expect(deadlines.next == nil)
        #expect(deadlines.overdue(at: start + .seconds(1_000_000)) == nil)
    }
}
