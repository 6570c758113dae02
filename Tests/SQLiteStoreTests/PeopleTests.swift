import Model
import Planner
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What people ask for.
@Suite struct PeopleTests {
    private func order(_ bench: GraphBench, isTree: Bool = true) -> CancelOrder {
        CancelOrder(isTree: isTree, actor: "ann", reason: "enough", at: bench.tick())
    }

    @Test("a cancelled graph ends what has no sandbox at once, and itself with the last that has one")
    func cancelGraph() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c: a", "d: c=any", "e"])
            try await bench.run("e")
            let attempt = try await bench.start("a")
            let receipt = try await fixture.store.cancel(bench.root, order(bench))
            #expect(receipt == CancelReceipt(ended: 3, live: [bench.id("a")]))
            #expect(try await bench.states() == "a running, b cancelled, c cancelled, d cancelled, e succeeded")
            #expect(try await bench.summary("a").cancelRequest?.actor == "ann")
            #expect(try await bench.summary("b").message == "It was cancelled by ann: enough")
            let again = try await fixture.store.cancel(bench.root, order(bench))
            #expect(again == CancelReceipt(ended: 0, live: [bench.id("a")]))
            try await fixture.store.markStopping(attempt, at: bench.tick())
            #expect(try await bench.state("a") == .stopping)
            try await bench.end(attempt, .cancelled)
            let root = try await bench.rootSummary()
            #expect((root.state, root.reason) == (.cancelled, "cancelled"))
            let last = try await fixture.store.cancel(bench.root, order(bench))
            #expect(last == CancelReceipt(ended: 0, live: []))
            await #expect(throws: StoreError.self) { try await fixture.store.cancel(bench.id("e"), order(bench)) }
        }
    }

    @Test("what needs a cancelled job is skipped")
    func cancelNode() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a", "c: a=any"])
            _ = try await fixture.store.cancel(bench.id("a"), order(bench, isTree: false))
            #expect(try await bench.states() == "a cancelled, b skipped, c ready")
        }
    }

    @Test("a cancel wins over another attempt", arguments: [true, false])
    func cancelWinsOverRetry(isLost: Bool) async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a"])
            let attempt = try await bench.start("a")
            _ = try await fixture.store.cancel(bench.id("a"), order(bench))
            if isLost {
                try await fixture.store.requeue(attempt, reason: "process_lost", until: nil, at: bench.tick())
            } else {
                var outcome = AttemptOutcome(
                    attempt: attempt, jobState: .failed, attemptState: .collected, reason: "exit_status",
                    message: "It failed.", at: bench.tick())
                outcome.retryAt = bench.tick()
                try await fixture.store.finish(outcome)
            }
            #expect(try await bench.state("a") == .cancelled)
            #expect(try await bench.rootSummary().state == .failed, "the graph itself was not cancelled")
        }
    }

    @Test("what is held is not planned and not begun, and its clocks wait")
    func hold() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let bench = try await GraphBench(fixture, ["a", "b: a"])
            let flag = JobSummary.Flag(actor: "ann", reason: "later", at: bench.tick())
            try await store.hold(bench.root, flag, by: "ann", at: bench.time)
            #expect(try await bench.summary("b").hold == flag)
            #expect(try await bench.summary("a").readyAt == nil)
            #expect(try await store.planRows().ready.isEmpty)
            await #expect(throws: StoreError.self) { try await bench.start("a") }
            let sleepy = try await store.wake(at: WallTime(milliseconds: .max / 2))
            #expect(sleepy == WakeUp(moved: 0, next: nil))
            try await store.hold(bench.root, nil, by: "bob", at: bench.tick())
            #expect(try await bench.summary("a").readyAt == bench.time)
            #expect(try await store.planRows().ready.map(\.job) == [bench.id("a")])
            let events = try await store.events(of: bench.root).suffix(2)
            #expect(events.map(\.name) == ["held", "released"])
            #expect(events.map(\.actor) == ["ann", "bob"])
        }
    }

    @Test("a submission that is held begins nothing until it is let go")
    func heldSubmission() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b: a"]) { $0.isHeld = true }
            #expect(try await fixture.store.planRows().ready.isEmpty)
            #expect(try await bench.summary("b").hold?.actor == "ann")
            let held = try await fixture.store.queues()[0].held
            #expect(held == 3)
            try await fixture.store.hold(bench.root, nil, by: "ann", at: bench.tick())
            try await bench.run("a")
            #expect(try await bench.state("b") == .ready)
        }
    }

    @Test("an approval waits for a person, whose answer is its end", arguments: [true, false])
    func approval(isApproved: Bool) async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "gate: a", "b: gate"]) { submission in
                (submission.nodes[1].kind, submission.nodes[1].spec) = (.approval, nil)
                submission.nodes[1].question = "Ship it?"
            }
            let flag = JobSummary.Flag(actor: "ann", reason: "fine", at: bench.tick())
            await #expect(throws: StoreError.self) {
                try await fixture.store.decide(bench.id("gate"), isApproved: isApproved, flag)
            }
            try await bench.run("a")
            #expect(try await bench.state("gate") == .waiting)
            #expect(try await bench.summary("gate").question == "Ship it?")
            try await fixture.store.decide(bench.id("gate"), isApproved: isApproved, flag)
            let gate = try await bench.summary("gate")
            #expect(gate.state == (isApproved ? .succeeded : .denied))
            #expect(gate.message == "It was \(isApproved ? "approved" : "rejected") by ann: fine")
            #expect(try await bench.state("b") == (isApproved ? .ready : .skipped))
        }
    }

    @Test("a retry in a living graph makes the job and what was skipped because of it again")
    func retryInLivingGraph() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let bench = try await GraphBench(fixture, ["z", "a", "b: a, z", "c: b", "long"])
            try await bench.run("z")
            try await bench.run("a", .failed, exit: 1)
            let made = try await store.retry(bench.id("a"), ids: fixture.ids, by: "ann", at: bench.tick())
            let new = try await store.summary("\(made)")
            #expect((new.state, new.generation, new.root) == (.ready, 2, bench.root))
            #expect(new.lineage == .init(.retry, of: bench.id("a")))
            #expect(try await bench.rootSummary().openNeeds == 4)
            let tree = try await store.tree(bench.root, limit: 99)
            #expect(tree.compactMap(\.name) == ["graph", "z", "long", "a", "b", "c"])
            for job in tree where job.generation == 2 { bench.name(job.id, job.name ?? "") }
            let facts = try await store.waitFacts(of: bench.id("b"))
            #expect(facts.openNeeds.map(\.parent) == [made], "z has ended: that need is settled")
            for name in ["a", "b", "c", "long"] { try await bench.run(name) }
            #expect(try await bench.rootSummary().state == .succeeded)
            await #expect(throws: StoreError.self) {
                try await store.retry(bench.id("z"), ids: fixture.ids, by: "ann", at: bench.tick())
            }
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a retry under a root that has ended makes a new root, which needs what the old one has")
    func retryInEndedGraph() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let bench = try await GraphBench(fixture, ["z", "a: z", "b: a", "c: b=any"])
            try await bench.run("z")
            try await bench.run("a", .failed, exit: 1)
            try await bench.run("c")
            #expect(try await bench.rootSummary().state == .failed)
            let made = try await store.retry(bench.id("a"), ids: fixture.ids, by: "ann", at: bench.tick())
            let new = try await store.summary("\(made)")
            let root = try await store.summary("\(new.root)")
            #expect(root.lineage == .init(.retry, of: bench.root))
            #expect((root.state, root.name, root.openNeeds, root.generation) == (.waiting, "graph", 2, 2))
            #expect((new.state, new.parent) == (.ready, root.id))
            let needs = try await store.needs(in: root.id, limit: 9)
            #expect(needs.map(\.parent) == [bench.id("z"), made])
            #expect(needs.map(\.isMet) == [true, nil])
            bench.name(made, "a")
            try await bench.run("a")
            let b = try #require(try await store.tree(root.id, limit: 9).last)
            bench.name(b.id, "b")
            try await bench.run("b")
            #expect(try await store.summary("\(root.id)").state == .succeeded)
            #expect(try await bench.rootSummary().state == .failed, "what has ended does not change")
        }
    }

    @Test("a retried graph makes all again that ended without success")
    func retryGraph() async throws {
        try await SQLiteFixture.with { fixture in
            let bench = try await GraphBench(fixture, ["a", "b", "c: b", "d: a=fail"])
            try await bench.run("a")
            try await bench.run("b", .failed)
            let made = try await fixture.store.retry(bench.root, ids: fixture.ids, by: "ann", at: bench.tick())
            let names = try await fixture.store.tree(made, limit: 9).compactMap(\.name)
            #expect(names == ["graph", "b", "c"])
        }
    }

    @Test("a single job that is made again is a root of its own, and no longer needs anybody")
    func retrySingle() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, job) = (fixture.store, try await fixture.insertRunning())
            var outcome = Samples.outcome(job, state: .errored)
            outcome.attention = "outcome_unknown"
            try await store.finish(outcome)
            var filter = JobFilter()
            filter.needsAttention = true
            #expect(try await store.jobs(filter, limit: 9, before: nil).jobs.map(\.id) == [job])
            #expect(try await store.summary("\(job)").attention?.reason == "outcome_unknown")
            let made = try await store.retry(job, ids: fixture.ids, by: "ann", at: outcome.at)
            let new = try await store.summary("\(made)")
            #expect((new.root, new.parent, new.state, new.generation) == (made, nil, .ready, 2))
            #expect(try await store.jobs(filter, limit: 9, before: nil).jobs.isEmpty)
            await #expect(throws: StoreError.self) { try await store.discard(job, by: "ann", at: outcome.at) }
        }
    }

    @Test("a job that needs a person can be taken off the list")
    func discard() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, job) = (fixture.store, try await fixture.insertRunning())
            var outcome = Samples.outcome(job, state: .failed)
            outcome.attention = "retries_used_up"
            try await store.finish(outcome)
            try await store.discard(job, by: "ann", at: outcome.at)
            #expect(try await store.summary("\(job)").attention == nil)
            #expect(try await store.events(of: job).last?.actor == "ann")
        }
    }

    @Test("a queue is set, and says what it holds")
    func queues() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let queue = QueueRow(QueueID(project: "p", queue: "q"), weight: 3, limit: 2, isPaused: true)
            let set = try await store.setQueue(
                queue.id, QueueChange(isPaused: true, weight: 3, limit: 2), by: "ann", at: WallTime(milliseconds: 1))
            #expect(set == queue)
            try await store.accept(fixture.ids.makeJobID(), placement: Placement(project: "p", queue: "q"))
            let found = try await store.queues()
            #expect(found.map(\.queue) == [QueueRow(QueueID()), queue])
            #expect(found[1].counts == [.ready: 1])
            #expect(found[1].oldestReady == WallTime(milliseconds: 1000))
            let rows = try await store.planRows()
            #expect(rows.queues == [queue])
            #expect(rows.ready.isEmpty)
            await #expect(throws: StoreError.self) {
                try await store.setQueue(
                    QueueID(), QueueChange(weight: 0), by: "ann", at: WallTime(milliseconds: 1))
            }
        }
    }

    @Test("what is not said of a queue stays; a limit is taken away by saying so")
    func queueChanges() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, queue) = (fixture.store, QueueID(project: "p", queue: "q"))
            let steps: [(QueueChange, QueueRow)] = [
                (QueueChange(limit: .some(2)), QueueRow(queue, limit: 2)),
                (QueueChange(isPaused: true), QueueRow(queue, limit: 2, isPaused: true)),
                (QueueChange(weight: 4), QueueRow(queue, weight: 4, limit: 2, isPaused: true)),
                (QueueChange(limit: .some(nil)), QueueRow(queue, weight: 4, isPaused: true)),
                (QueueChange(isPaused: false), QueueRow(queue, weight: 4)),
            ]
            for (change, wanted) in steps {
                let set = try await store.setQueue(queue, change, by: "ann", at: WallTime(milliseconds: 1))
                #expect(set == wanted)
            }
        }
    }

    @Test("queues that nobody has set are as the defaults say, those that are there and those to come")
    func queueDefaults() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, own) = (fixture.store, QueueRow(QueueID(project: "p", queue: "own"), weight: 5, limit: 7))
            _ = try await store.setQueue(
                own.id, QueueChange(weight: 5, limit: 7), by: "ann", at: WallTime(milliseconds: 1))
            try await store.setQueueDefaults(QueueDefaults(weight: 3, limit: 2))
            try await store.accept(fixture.ids.makeJobID(), placement: Placement(project: "p", queue: "new"))
            let new = QueueID(project: "p", queue: "new")
            let wanted = [QueueRow(QueueID(), weight: 3, limit: 2), QueueRow(new, weight: 3, limit: 2), own]
            let found = try await store.queues().map(\.queue)
            #expect(found == wanted)
            let planned = try await store.planRows().queues
            #expect(planned == [QueueRow(new, weight: 3, limit: 2)])
            try await store.setQueueDefaults(QueueDefaults())
            let reset = try await store.queues().map(\.queue)
            #expect(reset == [QueueRow(QueueID()), QueueRow(new), own])
        }
    }
}
