import Model
import Planner
import TestSupport

/// A queue in memory, as a store would have it: gives bounded rows, begins what is planned, and refuses what has changed.
struct Backlog {
    private(set) var ready: [QueueID: [ReadyRow]] = [:]
    private(set) var live: [LiveRow] = []
    var settings: [QueueID: QueueRow] = [:]
    private var generator: SeededGenerator
    private var ordinal: Int64 = 0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    @discardableResult
    mutating func add(
        to queue: QueueID = QueueID(), priority: Int = 0, key: (String, Int)? = nil, milliCPUs: Int = 1000,
        memory: ByteCount = .mebibytes(64), root: Int64? = nil
    ) -> JobID {
        ordinal += 1
        let row = ReadyRow(
            job: JobID(using: &generator), queue: queue, priority: priority, root: root ?? ordinal, ordinal: ordinal,
            concurrency: key.map { Placement.Concurrency(key: $0.0, limit: $0.1) }, milliCPUs: milliCPUs, memory: memory
        )
        ready[queue, default: []].append(row)
        // In order already, but where a priority or an older root goes before others.
        if priority != 0 || root != nil { ready[queue]?.sort { Self.order($0) < Self.order($1) } }
        return row.job
    }

    private static func order(_ row: ReadyRow) -> (Int, Int64, Int64) { (-row.priority, row.root, row.ordinal) }

    var readyCount: Int { ready.values.reduce(0) { $0 + $1.count } }

    /// The first rows of each queue; all the queues' first rows come before the second ones.
    var rows: PlanRows {
        let heads = ready.keys.sorted().map { ready[$0, default: []].prefix(PlanRows.readyPerQueue) }
        var rows: [ReadyRow] = []
        for place in 0..<PlanRows.readyPerQueue {
            for head in heads where place < head.count && rows.count < PlanRows.readyInAll { rows.append(head[place]) }
        }
        return PlanRows(live: live, ready: rows, queues: settings.values.sorted { $0.id < $1.id })
    }

    /// Begins what is still ready, and gives back what was refused.
    mutating func begin(_ plan: Plan) -> [ReadyRow] {
        plan.starts.filter { row in
            guard let index = ready[row.queue, default: []].firstIndex(where: { $0.job == row.job }) else {
                return true
            }
            ready[row.queue]?.remove(at: index)
            if ready[row.queue]?.isEmpty == true { ready[row.queue] = nil }
            live.append(
                LiveRow(
                    job: row.job, queue: row.queue, key: row.concurrency?.key, keyLimit: row.concurrency?.limit,
                    milliCPUs: row.milliCPUs, memory: row.memory, isStarting: true))
            return false
        }
    }

    mutating func change(_ index: Int, isStarting: Bool = false, lendsSlot: Bool = false) {
        let row = live[index]
        live[index] = LiveRow(
            job: row.job, queue: row.queue, key: row.key, keyLimit: row.keyLimit, milliCPUs: row.milliCPUs,
            memory: row.memory, isStarting: isStarting, lendsSlot: lendsSlot)
    }

    mutating func haveAllStarted() {
        for index in live.indices where live[index].isStarting { change(index, lendsSlot: live[index].lendsSlot) }
    }

    mutating func end(_ index: Int) { live.remove(at: index) }

    /// The limits that are exceeded now, in words.
    func excesses(_ capacity: PlanCapacity) -> [String] {
        var excesses: [String] = []
        let working = live.filter { !$0.lendsSlot }
        if working.count > capacity.slots { excesses.append("slots") }
        if working.filter(\.isStarting).count > capacity.startsAtOnce { excesses.append("starts") }
        if working.reduce(0, { $0 + $1.milliCPUs }) > capacity.milliCPUs { excesses.append("cpu") }
        if live.reduce(0, { $0 + $1.memory.bytes + capacity.overhead.bytes }) > capacity.memory.bytes {
            excesses.append("memory")
        }
        for (queue, rows) in Dictionary(grouping: working, by: \.queue) {
            if let limit = settings[queue]?.limit, rows.count > limit { excesses.append("queue \(queue.queue)") }
        }
        for (key, rows) in Dictionary(grouping: live.filter { $0.key != nil }, by: { $0.key ?? "" })
        where rows.count > rows.compactMap(\.keyLimit).min() ?? .max {
            excesses.append("key \(key)")
        }
        return excesses
    }
}

extension PlanCapacity {
    /// Room for everything that a test does not speak of.
    static func with(
        slots: Int = 1000, milliCPUs: Int = 1_000_000, memory: ByteCount = .gibibytes(1024), startsAtOnce: Int = 1000
    ) -> PlanCapacity {
        PlanCapacity(slots: slots, milliCPUs: milliCPUs, memory: memory, startsAtOnce: startsAtOnce)
    }
}

extension Planner {
    mutating func plan(_ backlog: Backlog, _ capacity: PlanCapacity) -> Plan {
        plan(backlog.rows, capacity: capacity, isDraining: false, engineIsUp: true)
    }
}
