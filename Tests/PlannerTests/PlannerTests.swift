import Model
import Planner
import TestSupport
import Testing

@Suite struct PlannerTests {
    @Test("a higher priority goes first, then the older root, then the older job")
    func order() {
        var backlog = Backlog(seed: 1)
        let young = backlog.add(root: 20)
        let younger = backlog.add(root: 20)
        let old = backlog.add(root: 10)
        let urgent = backlog.add(priority: 5, root: 30)
        var planner = Planner()
        let starts = planner.plan(backlog, .with()).starts.map(\.job)
        #expect(starts == [urgent, old, young, younger])
    }

    @Test("a tenant with one job does not wait for one with a hundred thousand")
    func tenants() {
        var backlog = Backlog(seed: 2)
        let (crowd, single) = (QueueID(project: "a"), QueueID(project: "b"))
        for _ in 0..<100_000 { backlog.add(to: crowd) }
        var planner = Planner()
        let capacity = PlanCapacity.with(slots: 1)
        _ = backlog.begin(planner.plan(backlog, capacity))
        let job = backlog.add(to: single)
        var starts: [JobID] = []
        for _ in 0..<2 {
            backlog.end(0)
            let plan = planner.plan(backlog, capacity)
            starts += plan.starts.map(\.job)
            _ = backlog.begin(plan)
        }
        #expect(starts.contains(job))
    }

    @Test("turns go by weight, also over plans that begin one job each", arguments: [1, 7])
    func weights(slots: Int) {
        var backlog = Backlog(seed: 3)
        let weights = [("a", 1), ("b", 2), ("c", 10)]
        for (name, weight) in weights {
            let queue = QueueID(queue: name)
            backlog.settings[queue] = QueueRow(queue, weight: weight)
            for _ in 0..<700 { backlog.add(to: queue) }
        }
        var planner = Planner()
        var counts: [String: Double] = [:]
        for _ in 0..<(650 / slots) {
            let plan = planner.plan(backlog, .with(slots: slots))
            for row in plan.starts { counts[row.queue.queue, default: 0] += 1 }
            _ = backlog.begin(plan)
            while !backlog.live.isEmpty { backlog.end(0) }
            for (name, weight) in weights {
                for (other, otherWeight) in weights {
                    let difference =
                        counts[name, default: 0] / Double(weight) - counts[other, default: 0] / Double(otherWeight)
                    let bound = 1 / Double(weight) + 1 / Double(otherWeight)
                    #expect(abs(difference) <= bound + 1e-6, "\(counts)")
                }
            }
        }
    }

    @Test("a queue that comes and goes gets no more turns than one that stays")
    func comingAndGoing() {
        var backlog = Backlog(seed: 4)
        let (stays, comes) = (QueueID(queue: "a"), QueueID(queue: "b"))
        for _ in 0..<300 { backlog.add(to: stays) }
        var planner = Planner()
        var counts: [QueueID: Int] = [:]
        for _ in 0..<200 {
            if backlog.ready[comes] == nil { backlog.add(to: comes) }
            let plan = planner.plan(backlog, .with(slots: 1))
            for row in plan.starts { counts[row.queue, default: 0] += 1 }
            _ = backlog.begin(plan)
            backlog.end(0)
        }
        let difference = abs(counts[stays, default: 0] - counts[comes, default: 0])
        #expect(difference <= 2, "\(counts)")
    }

    @Test("a stream of new queues does not keep an old one waiting")
    func newcomers() {
        var backlog = Backlog(seed: 10)
        var planner = Planner()
        let old = QueueID(queue: "z")
        for _ in 0..<3 { backlog.add(to: old) }
        for turn in 0..<10 {
            // The names come before the old one's.
            for _ in 0..<2 { backlog.add(to: QueueID(queue: "a\(turn)-\(backlog.readyCount)")) }
            _ = backlog.begin(planner.plan(backlog, .with(slots: 1)))
            backlog.end(0)
        }
        let left = backlog.ready[old, default: []].count
        #expect(left <= 1)
    }

    @Test("a queue that was alone for long does not have to make up for it")
    func alone() {
        var backlog = Backlog(seed: 11)
        var planner = Planner()
        let (busy, late) = (QueueID(queue: "a"), QueueID(queue: "b"))
        for _ in 0..<200 { backlog.add(to: busy) }
        var started: [QueueID] = []
        for turn in 0..<140 {
            if turn == 100 { for _ in 0..<100 { backlog.add(to: late) } }
            let plan = planner.plan(backlog, .with(slots: 1))
            started += plan.starts.map(\.queue)
            _ = backlog.begin(plan)
            backlog.end(0)
        }
        let sinceThen = started.suffix(40).filter { $0 == busy }.count
        #expect((19...21).contains(sinceThen))
    }

    @Test("a key takes the smallest limit among those who hold it and the one who asks")
    func keys() {
        var backlog = Backlog(seed: 5)
        backlog.add(key: ("gpu", 3))
        backlog.add(key: ("gpu", 2))
        let third = backlog.add(key: ("gpu", 3))
        let other = backlog.add(key: ("disk", 1))
        var planner = Planner()
        let plan = planner.plan(backlog, .with())
        let starts = plan.starts.map(\.job)
        #expect(starts.count == 3)
        #expect(starts.contains(other))
        #expect(plan.waits == [third: .keyLimit])
    }

    @Test("who lends its slot makes room for its child, but not of its memory and its key")
    func lending() {
        var backlog = Backlog(seed: 6)
        let capacity = PlanCapacity(
            slots: 1, milliCPUs: 1000, memory: .mebibytes(2 * (64 + 15)), startsAtOnce: 1)
        backlog.settings[QueueID()] = QueueRow(QueueID(), limit: 1)
        backlog.add(key: ("k", 1))
        var planner = Planner()
        _ = backlog.begin(planner.plan(backlog, capacity))
        backlog.haveAllStarted()
        let child = backlog.add()
        let before = planner.plan(backlog, capacity)
        #expect(before.starts.isEmpty)
        #expect(before.waits[child] == .queueLimit)
        backlog.change(0, lendsSlot: true)
        let keyed = backlog.add(priority: 1, key: ("k", 1))
        let big = backlog.add(priority: 1, memory: .mebibytes(65))
        let plan = planner.plan(backlog, capacity)
        #expect(plan.starts.map(\.job) == [child])
        #expect(plan.waits == [keyed: .keyLimit, big: .memory])
    }

    @Test("a lender that goes on before its child has ended is let be, and nothing else begins")
    func overcommittedLending() {
        var backlog = Backlog(seed: 7)
        backlog.add()
        var planner = Planner()
        _ = backlog.begin(planner.plan(backlog, .with(slots: 1)))
        backlog.change(0, lendsSlot: true)
        backlog.add()
        _ = backlog.begin(planner.plan(backlog, .with(slots: 1)))
        backlog.change(0)
        let next = backlog.add()
        let plan = planner.plan(backlog, .with(slots: 1))
        #expect(plan.starts.isEmpty)
        #expect(plan.waits == [next: .slots])
    }

    @Test("the overhead of each sandbox counts as memory")
    func overhead() {
        var backlog = Backlog(seed: 8)
        backlog.add()
        let second = backlog.add()
        var planner = Planner()
        let plan = planner.plan(backlog, .with(memory: .mebibytes(2 * 64 + 15)))
        #expect(plan.starts.count == 1)
        #expect(plan.waits == [second: .memory])
    }

    @Test("what is not startable says why")
    func reasons() {
        var backlog = Backlog(seed: 9)
        let (paused, full) = (QueueID(queue: "paused"), QueueID(queue: "full"))
        backlog.settings = [
            paused: QueueRow(paused, isPaused: true), full: QueueRow(full, limit: 0),
        ]
        let expected: [JobID: WaitReason] = [
            backlog.add(to: paused): .queuePaused, backlog.add(to: full): .queueLimit,
            backlog.add(memory: .mebibytes(1000)): .memory, backlog.add(milliCPUs: 5000): .cpu,
        ]
        var planner = Planner()
        let capacity = PlanCapacity.with(milliCPUs: 4000, memory: .mebibytes(1000))
        let plan = planner.plan(backlog, capacity)
        #expect(plan.starts.isEmpty)
        #expect(plan.waits == expected)

        backlog.add()
        let next = backlog.add()
        var atOnce = PlanCapacity.with(slots: 1)
        let slots = planner.plan(backlog, atOnce).waits[next]
        #expect(slots == .slots)
        (atOnce.slots, atOnce.startsAtOnce) = (10, 1)
        let starts = planner.plan(backlog, atOnce).waits[next]
        #expect(starts == .starts)
        let draining = planner.plan(backlog.rows, capacity: capacity, isDraining: true, engineIsUp: false)
        #expect(draining.starts.isEmpty)
        #expect(Set(draining.waits.values) == [.draining])
        let down = planner.plan(backlog.rows, capacity: capacity, isDraining: false, engineIsUp: false)
        #expect(down.starts.isEmpty)
        #expect(Set(down.waits.values) == [.engineDown])
    }

    @Test("a job that can never fit is refused with what there is")
    func refusal() throws {
        let capacity = PlanCapacity(slots: 4, milliCPUs: 2500, memory: .mebibytes(1039))
        var limits = Limits(
            milliCPUs: 2500, memory: .mebibytes(1024), pids: 10, output: .mebibytes(1), result: .mebibytes(1),
            artifacts: .mebibytes(1), work: .mebibytes(1), tmp: .mebibytes(1), files: 128, start: .seconds(1),
            run: .seconds(1), grace: .seconds(1))
        #expect(capacity.refusal(of: limits) == nil)
        limits.memory = .mebibytes(1025)
        let memory = try #require(capacity.refusal(of: limits)).message
        #expect(
            memory == "limits.memory is 1025MiB, but must be at most 1GiB, which is all there is for jobs.")
        limits.memory = .mebibytes(1024)
        limits.milliCPUs = 2510
        let cpus = try #require(capacity.refusal(of: limits)).message
        #expect(cpus == "limits.cpus is 2.51, but must be at most 2.5, which is all there is for jobs.")
    }
}
