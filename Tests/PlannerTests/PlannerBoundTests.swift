import Model
import Planner
import TestSupport
import Testing

@Suite struct PlannerBoundTests {
    /// A million ready rows that nobody has ever made: a row comes to be when it is read, and is counted.
    private final class RowSource {
        let queues: Int
        let perQueue: Int
        private(set) var rowsRead = 0
        /// How many of each queue have begun.
        var begun: [Int: Int] = [:]

        init(queues: Int, perQueue: Int) { (self.queues, self.perQueue) = (queues, perQueue) }

        func rows() throws -> PlanRows {
            let places = min(PlanRows.readyPerQueue, PlanRows.readyInAll / queues)
            var rows: [ReadyRow] = []
            for place in 0..<places {
                for queue in 0..<queues { rows.append(try row(queue, begun[queue, default: 0] + place)) }
            }
            return PlanRows(ready: rows)
        }

        private func row(_ queue: Int, _ place: Int) throws -> ReadyRow {
            rowsRead += 1
            let number = Int64(queue * perQueue + place)
            let digits = String("\(1_000_000_000_000 + number)".dropFirst())
            return ReadyRow(
                job: try JobID(digits), queue: QueueID(queue: "q\(queue)"), root: number, ordinal: number, milliCPUs: 1,
                memory: .mebibytes(1))
        }
    }

    @Test("with a million ready rows, a plan reads and looks at 4,096 of them at most", arguments: [1, 50, 1000])
    func bound(queues: Int) throws {
        let source = RowSource(queues: queues, perQueue: 1_000_000 / queues)
        var planner = Planner()
        for _ in 0..<3 {
            let before = source.rowsRead
            let plan = planner.plan(try source.rows(), capacity: .with(slots: 200), isDraining: false, engineIsUp: true)
            let read = source.rowsRead - before
            #expect(read <= PlanRows.readyInAll)
            #expect(plan.lookedAt <= read)
            #expect(plan.starts.count == min(200, read))
            for row in plan.starts { source.begun[Int(row.queue.queue.dropFirst()) ?? 0, default: 0] += 1 }
        }
    }

    @Test("rows beyond the bound are not looked at")
    func tooManyRows() throws {
        var backlog = Backlog(seed: 1)
        var rows: [ReadyRow] = []
        for number in 0..<5000 {
            backlog.add(to: QueueID(queue: "q\(number % 100)"))
        }
        for queue in backlog.ready.keys.sorted() { rows += backlog.ready[queue, default: []] }
        var planner = Planner()
        let plan = planner.plan(PlanRows(ready: rows), capacity: .with(slots: 1), isDraining: false, engineIsUp: true)
        #expect(plan.lookedAt == PlanRows.readyInAll)
    }
}
