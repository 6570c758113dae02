import Model
import Planner
import TestSupport
import Testing

@Suite struct ReservationTests {
    private static let small = ByteCount.mebibytes(85)  // 100 MiB with the overhead
    private let stream = QueueID(queue: "a")
    private let own = QueueID(queue: "b")

    @Test("a large job is passed over by 32 small ones, then its room is held back until those that ran have ended")
    func largeJob() {
        var backlog = Backlog(seed: 1)
        var planner = Planner()
        // Ten small jobs fit, or the large one and four.
        let capacity = PlanCapacity.with(memory: .mebibytes(1000))
        for _ in 0..<10 { backlog.add(to: stream, memory: Self.small) }
        _ = backlog.begin(planner.plan(backlog, capacity))
        let large = backlog.add(to: own, memory: .mebibytes(585))
        var passed = 0
        while planner.plan(backlog, capacity).reservation == nil, passed < 100 {
            backlog.add(to: stream, memory: Self.small)
            backlog.end(0)
            let plan = planner.plan(backlog, capacity)
            passed += plan.starts.count
            _ = backlog.begin(plan)
        }
        // The first of them began in its turn.
        #expect(passed == 33)
        // Now four more may begin beside it, and no fifth, until it has begun.
        for _ in 0..<20 { backlog.add(to: stream, memory: Self.small) }
        var beside = 0
        var ends = 0
        while true {
            let plan = planner.plan(backlog, capacity)
            _ = backlog.begin(plan)
            if plan.starts.contains(where: { $0.job == large }) { break }
            beside += plan.starts.count
            #expect(plan.reservation == large)
            #expect(plan.waits[large] == .memory)
            #expect(plan.waits.values.contains(.turn) || plan.waits.values.allSatisfy { $0 == .memory })
            backlog.end(0)
            ends += 1
            guard ends <= 10 else { break }
        }
        #expect(beside == 4)
        #expect(ends == 10)
    }

    @Test("what takes nothing of the room that is held back goes on beginning")
    func otherResource() {
        var backlog = Backlog(seed: 2)
        var planner = Planner()
        let capacity = PlanCapacity.with(milliCPUs: 2000)
        backlog.add(to: stream, milliCPUs: 1000)
        _ = backlog.begin(planner.plan(backlog, capacity))
        let large = backlog.add(to: own, milliCPUs: 2000)
        for _ in 0..<40 { backlog.add(to: stream, milliCPUs: 10) }
        for _ in 0..<2 { _ = backlog.begin(planner.plan(backlog, capacity)) }
        backlog.add(to: stream, milliCPUs: 10)
        let plan = planner.plan(backlog, capacity)
        #expect(plan.reservation == large)
        #expect(plan.starts.isEmpty)
        while !backlog.live.isEmpty { backlog.end(0) }
        let starts = planner.plan(backlog, capacity).starts.map(\.job)
        #expect(starts == [large])
    }

    @Test("room is not held back for a job of a paused queue, nor for one that can never fit")
    func noReservation() {
        var backlog = Backlog(seed: 3)
        var planner = Planner()
        let capacity = PlanCapacity.with(memory: .mebibytes(200))
        backlog.add(to: own, memory: .mebibytes(186))
        let large = backlog.add(to: own, memory: .mebibytes(185))
        for _ in 0..<200 { backlog.add(to: stream, memory: Self.small) }
        var reserved: [JobID?] = []
        for turn in 0..<50 {
            if turn == 49 { backlog.settings[own] = QueueRow(own, isPaused: true) }
            backlog.haveAllStarted()
            if backlog.live.count == 2 { backlog.end(0) }
            let plan = planner.plan(backlog, capacity)
            reserved.append(plan.reservation)
            if turn == 49 { #expect(plan.waits[large] == .queuePaused) }
            // As long as it is reserved, the test lets nothing end.
            if plan.reservation != nil, turn < 49 { continue }
            _ = backlog.begin(plan)
        }
        #expect(reserved.last == .some(nil))
        #expect(Set(reserved.compactMap(\.self)).isSubset(of: [large]))
    }

    @Test("a job whose queue goes on without it still gets its key from a queue that does nothing else")
    func keyIsNotKeptForEver() {
        var backlog = Backlog(seed: 4)
        var planner = Planner()
        let waiting = backlog.add(to: own, key: ("gpu", 1))
        for _ in 0..<500 {
            backlog.add(to: stream, key: ("gpu", 1))
            backlog.add(to: own)
        }
        var taken = 0
        for _ in 0..<200 {
            // As a store does, rows whose key is full are left out.
            var rows = backlog.rows
            if backlog.live.contains(where: { $0.key == "gpu" }) { rows.ready.removeAll { $0.concurrency != nil } }
            let plan = planner.plan(rows, capacity: .with(slots: 2), isDraining: false, engineIsUp: true)
            _ = backlog.begin(plan)
            if plan.starts.contains(where: { $0.job == waiting }) { break }
            taken += plan.starts.filter { $0.concurrency != nil }.count
            if backlog.live.count == 2 { backlog.end(0) }
        }
        #expect(!backlog.ready[own, default: []].contains { $0.job == waiting })
        #expect(taken <= 33)
    }
}
