import Model
import Planner
import TestSupport
import Testing

/// What holds for every plan, in worlds that a seed makes; a failure names the seed.
@Suite struct PlannerPropertyTests {
    /// A world: queues with weights and limits, keys, sizes, and a capacity.
    private struct World {
        var backlog: Backlog
        var capacity: PlanCapacity
        var queues: [QueueID]
        var generator: SeededGenerator

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
            backlog = Backlog(seed: seed &+ 1)
            capacity = PlanCapacity(
                slots: Int.random(in: 1...12, using: &generator), milliCPUs: 4000, memory: .mebibytes(1024),
                startsAtOnce: Int.random(in: 1...4, using: &generator))
            queues = (0..<Int.random(in: 1...5, using: &generator)).map {
                QueueID(project: "p\($0 % 2)", queue: "q\($0)")
            }
            for queue in queues {
                backlog.settings[queue] = QueueRow(
                    queue, weight: Int.random(in: 1...5, using: &generator),
                    limit: Bool.random(using: &generator) ? nil : Int.random(in: 1...4, using: &generator))
            }
        }

        mutating func addJob(priority: Int = 0, to queue: QueueID? = nil) -> JobID {
            let key: (String, Int)? =
                Int.random(in: 0..<3, using: &generator) > 0
                ? nil : ("k\(Int.random(in: 0..<2, using: &generator))", Int.random(in: 1...3, using: &generator))
            return backlog.add(
                to: queue ?? queues.randomElement(using: &generator) ?? QueueID(), priority: priority, key: key,
                milliCPUs: Int.random(in: 1...40, using: &generator) * 100,
                memory: .mebibytes(Int64.random(in: 16...1009, using: &generator)))
        }

        /// Some sandboxes are made, some lend or stop to, some end.
        mutating func goOn() {
            for index in backlog.live.indices {
                let row = backlog.live[index]
                let lends = !row.isStarting && Int.random(in: 0..<10, using: &generator) == 0
                if Bool.random(using: &generator) { backlog.change(index, lendsSlot: lends && !row.lendsSlot) }
            }
            for index in backlog.live.indices.reversed() where Int.random(in: 0..<4, using: &generator) == 0 {
                backlog.end(index)
            }
        }
    }

    @Test("limits are never exceeded by what begins", arguments: 0..<60 as Range<UInt64>)
    func limitsAreNeverExceeded(seed: UInt64) {
        var world = World(seed: seed)
        var planner = Planner()
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0..<4, using: &world.generator) {
                _ = world.addJob(priority: Int.random(in: -2...2, using: &world.generator))
            }
            let before = Set(world.backlog.excesses(world.capacity))
            let plan = planner.plan(world.backlog, world.capacity)
            let refused = world.backlog.begin(plan)
            #expect(refused.isEmpty, "seed \(seed): a job began twice")
            let after = world.backlog.excesses(world.capacity).filter { !before.contains($0) }
            #expect(after.isEmpty, "seed \(seed)")
            #expect(!plan.starts.contains { plan.waits[$0.job] != nil }, "seed \(seed): a job begins and waits")
            // A lender that goes on may exceed slots, processor and queue limit; nothing begins that adds to that.
            if before.contains("slots") { #expect(plan.starts.isEmpty, "seed \(seed)") }
            world.goOn()
        }
    }

    @Test("every ready job begins or says why it does not", arguments: 0..<20 as Range<UInt64>)
    func everyRowIsAnswered(seed: UInt64) {
        var world = World(seed: seed)
        var planner = Planner()
        for _ in 0..<30 {
            for _ in 0..<5 { _ = world.addJob() }
            let rows = world.backlog.rows
            let plan = planner.plan(world.backlog, world.capacity)
            let answered = Set(plan.waits.keys).union(plan.starts.map(\.job))
            #expect(answered == Set(rows.ready.map(\.job)), "seed \(seed)")
            #expect(plan.lookedAt == rows.ready.count, "seed \(seed)")
            _ = world.backlog.begin(plan)
            world.goOn()
        }
    }

    @Test("the same past and the same rows give the same plan", arguments: 0..<10 as Range<UInt64>)
    func plansAreDeterministic(seed: UInt64) {
        var plans: [[Plan]] = []
        for _ in 0..<2 {
            var world = World(seed: seed)
            var planner = Planner()
            plans.append(
                (0..<40).map { _ in
                    for _ in 0..<3 { _ = world.addJob() }
                    let plan = planner.plan(world.backlog, world.capacity)
                    _ = world.backlog.begin(plan)
                    world.goOn()
                    return plan
                })
        }
        #expect(plans[0] == plans[1], "seed \(seed)")
    }

    @Test("rows that are planned twice, or are out of date, begin nothing twice", arguments: 0..<20 as Range<UInt64>)
    func staleRowsBeginNothingTwice(seed: UInt64) {
        var world = World(seed: seed)
        var planner = Planner()
        for _ in 0..<20 {
            for _ in 0..<4 { _ = world.addJob() }
            var rows = world.backlog.rows
            rows.ready += rows.ready
            let first = planner.plan(rows, capacity: world.capacity, isDraining: false, engineIsUp: true)
            #expect(Set(first.starts.map(\.job)).count == first.starts.count, "seed \(seed)")
            let again = planner.plan(rows, capacity: world.capacity, isDraining: false, engineIsUp: true)
            let refusedFirst = world.backlog.begin(first)
            #expect(refusedFirst.isEmpty, "seed \(seed)")
            // The store refuses what has begun; a row of a job that is live is not planned at all.
            let refused = world.backlog.begin(again)
            let live = Set(world.backlog.live.map(\.job))
            #expect(live.count == world.backlog.live.count, "seed \(seed)")
            rows.live = world.backlog.live
            let third = planner.plan(rows, capacity: world.capacity, isDraining: false, engineIsUp: true)
            #expect(!third.starts.contains { live.contains($0.job) }, "seed \(seed), \(refused.count) refused")
            while !world.backlog.live.isEmpty { world.backlog.end(0) }
        }
    }

    @Test("nobody starves: any job begins within a bounded number of starts", arguments: 0..<40 as Range<UInt64>)
    func nobodyStarves(seed: UInt64) {
        var world = World(seed: seed)
        var planner = Planner()
        // Streams that never end, in every queue; older jobs of its own queue may go before the one that is watched.
        for queue in world.queues { for _ in 0..<5 { _ = world.addJob(to: queue) } }
        let home = world.queues[0]
        let ahead = world.backlog.ready[home, default: []].count
        let watched = world.addJob(to: home)
        let weight = Double(world.backlog.settings[home]?.weight ?? 1)
        let round = world.queues.reduce(0) { sum, queue in
            sum + Int((Double(world.backlog.settings[queue]?.weight ?? 1) / weight).rounded(.up)) + 1
        }
        // Its turn, being passed over, and the time until those have ended that ran when room began to be held back: for itself, for
        // those before it in its queue, and for one of each other queue that was passed over for longer.
        let each = round + 32 + world.capacity.slots * world.capacity.slots
        let bound = (ahead + 1 + world.queues.count) * each
        var starts = 0
        while starts <= bound {
            for queue in world.queues {
                while world.backlog.ready[queue, default: []].count < 10 { _ = world.addJob(to: queue) }
            }
            let plan = planner.plan(world.backlog, world.capacity)
            _ = world.backlog.begin(plan)
            if plan.starts.contains(where: { $0.job == watched }) { return }
            starts += plan.starts.count
            world.backlog.haveAllStarted()
            if !world.backlog.live.isEmpty { world.backlog.end(0) }
        }
        Issue.record("seed \(seed): it has not begun after \(starts) starts, of at most \(bound)")
    }
}
