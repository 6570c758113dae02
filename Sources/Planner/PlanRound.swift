import Model

/// One plan while it is made.
struct PlanRound {
    var plan = Plan()
    private let live: [LiveRow]
    private var lanes: [Lane] = []
    private var laneOf: [QueueID: Int] = [:]
    private var room: Room
    /// Jobs that lacked room, with how many had begun when they were looked at.
    private var lacking: [(job: JobID, before: Int)] = []
    /// Jobs whose key was taken in this plan, with how often.
    private var outrun: [(job: JobID, count: Int)] = []
    private var keyStarts: [String: Int] = [:]

    /// A queue with the rows of it that are ready, in order.
    private struct Lane {
        let queue: QueueRow
        var rows: [ReadyRow] = []
        var next = 0
    }

    /// Counts what is in use, and puts each ready job into the lane of its queue, once.
    init(_ rows: PlanRows, capacity: PlanCapacity) {
        live = rows.live
        room = Room(capacity, live: rows.live)
        let settings = Dictionary(rows.queues.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var seen = Set(rows.live.map(\.job))
        for row in rows.ready.prefix(PlanRows.readyInAll) where seen.insert(row.job).inserted {
            let index = laneOf[row.queue] ?? lanes.count
            if index == lanes.count {
                lanes.append(Lane(queue: settings[row.queue] ?? QueueRow(row.queue)))
                laneOf[row.queue] = index
            }
            lanes[index].rows.append(row)
        }
    }

    var presentQueues: Set<QueueID> { Set(laneOf.keys) }
    var presentJobs: Set<JobID> { Set(lanes.flatMap { $0.rows.map(\.job) }) }
    /// Who was passed over, and by how many: those who lacked room by all that began later, those who lacked their key by those who took it.
    var passes: [(job: JobID, count: Int)] { lacking.map { ($0.job, plan.starts.count - $0.before) } + outrun }

    mutating func waitForAll(_ reason: WaitReason) {
        for row in lanes.lazy.flatMap(\.rows) { wait(row, for: reason) }
    }

    /// The job for which room is held back goes before all others.
    mutating func startReserved(_ reservation: inout Reservation, _ turns: inout Turns) {
        reservation.begin(
            lanes.filter { !$0.queue.isPaused }.flatMap(\.rows)
                .filter { room.capacity.lack(milliCPUs: $0.milliCPUs, memory: $0.memory) == nil })
        guard let row = reservation.row, let lane = laneOf[row.queue] else { return }
        let queue = lanes[lane].queue
        if let reason = reasonToWait(row, in: queue) {
            reservation.wait(for: reason, live: live, capacity: room.capacity)
            return
        }
        _ = turns.join(queue)
        _ = turns.took(queue, isInTurn: false)
        lanes[lane].rows.removeAll { $0.job == row.job }
        start(row)
        reservation.end()
    }

    /// Queue by queue, the one whose turn it is first, until every row has been looked at.
    mutating func startInTurn(_ reservation: inout Reservation, _ turns: inout Turns) {
        var heap = TurnHeap(
            lanes.indices.map { index in
                TurnHeap.Entry(lead: turns.join(lanes[index].queue), queue: lanes[index].queue.id, index: index)
            })
        while var entry = heap.popFirst() {
            guard startNext(of: entry.index, &reservation) else { continue }
            entry.lead = turns.took(lanes[entry.index].queue, isInTurn: true)
            heap.insert(entry)
        }
    }

    /// Looks for the next job of a lane that can begin; false if there is none.
    private mutating func startNext(of index: Int, _ reservation: inout Reservation) -> Bool {
        let queue = lanes[index].queue
        while lanes[index].next < lanes[index].rows.count {
            let row = lanes[index].rows[lanes[index].next]
            lanes[index].next += 1
            if let reason = reasonToWait(row, in: queue) {
                wait(row, for: reason)
                continue
            }
            if row.job != reservation.row?.job, reservation.forbids(row, isBehind: isBehind(row, reservation.row)) {
                wait(row, for: .turn)
                continue
            }
            reservation.began(row)
            start(row)
            return true
        }
        return false
    }

    /// Why a job cannot begin by itself, whoever else waits.
    private func reasonToWait(_ row: ReadyRow, in queue: QueueRow) -> WaitReason? {
        if queue.isPaused { return .queuePaused }
        if let lack = room.capacity.lack(milliCPUs: row.milliCPUs, memory: row.memory) { return lack }
        if room.isFull(queue) { return .queueLimit }
        if let concurrency = row.concurrency, room.isFull(concurrency) { return .keyLimit }
        return room.lack(for: row)
    }

    private func isBehind(_ row: ReadyRow, _ reserved: ReadyRow?) -> Bool {
        guard let reserved, row.queue == reserved.queue else { return false }
        return (-row.priority, row.root, row.ordinal) > (-reserved.priority, reserved.root, reserved.ordinal)
    }

    private mutating func start(_ row: ReadyRow) {
        plan.lookedAt += 1
        plan.starts.append(row)
        room.add(row)
        if let key = row.concurrency?.key { keyStarts[key, default: 0] += 1 }
    }

    private mutating func wait(_ row: ReadyRow, for reason: WaitReason) {
        plan.lookedAt += 1
        plan.waits[row.job] = reason
        switch reason {
        case .keyLimit:
            if let count = row.concurrency.flatMap({ keyStarts[$0.key] }) { outrun.append((row.job, count)) }
        // What could not begin if it were alone is nobody's to wait for.
        case .memory, .cpu:
            guard room.capacity.lack(milliCPUs: row.milliCPUs, memory: row.memory) == nil else { return }
            lacking.append((row.job, plan.starts.count))
        default: break
        }
    }
}
