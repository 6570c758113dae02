import Model

/// What is in use, and what is left of the capacity.
struct Room {
    let capacity: PlanCapacity
    private(set) var slots = 0
    private(set) var starting = 0
    private(set) var milliCPUs = 0
    private(set) var memory = ByteCount(bytes: 0)
    private var inQueue: [QueueID: Int] = [:]
    private var keys: [String: KeyUse] = [:]

    private struct KeyUse {
        var count = 0
        /// The smallest limit among those that hold the key.
        var limit = Int.max
    }

    /// What these jobs use.
    ///
    /// Who lends its slot is counted with its memory and its key alone: its tool still runs, and what the key guards is still in
    /// its hands.
    init(_ capacity: PlanCapacity, live: [LiveRow]) {
        self.capacity = capacity
        for row in live { add(row) }
    }

    private mutating func add(_ row: LiveRow) {
        memory = memory + row.memory + capacity.overhead
        if let key = row.key { hold(key, limit: row.keyLimit ?? .max) }
        guard !row.lendsSlot else { return }
        slots += 1
        milliCPUs += row.milliCPUs
        inQueue[row.queue, default: 0] += 1
        if row.isStarting { starting += 1 }
    }

    /// Counts a job that begins now.
    mutating func add(_ row: ReadyRow) {
        add(
            LiveRow(
                job: row.job, queue: row.queue, key: row.concurrency?.key, keyLimit: row.concurrency?.limit,
                milliCPUs: row.milliCPUs, memory: row.memory, isStarting: true))
    }

    private mutating func hold(_ key: String, limit: Int) {
        var use = keys[key] ?? KeyUse()
        use.count += 1
        use.limit = min(use.limit, limit)
        keys[key] = use
    }

    func isFull(_ queue: QueueRow) -> Bool { queue.limit.map { inQueue[queue.id, default: 0] >= $0 } ?? false }

    /// Whether one more job under this key would be more than it allows, or than one that holds it allows.
    func isFull(_ concurrency: Placement.Concurrency) -> Bool {
        guard let use = keys[concurrency.key] else { return concurrency.limit < 1 }
        return use.count >= min(use.limit, concurrency.limit)
    }

    /// What is lacking for one more job of this size, in the order in which it is told.
    func lack(for row: ReadyRow) -> WaitReason? {
        if slots >= capacity.slots { return .slots }
        if starting >= capacity.startsAtOnce { return .starts }
        return lackOfSize(for: row)
    }

    /// The same without slots and starts.
    func lackOfSize(for row: ReadyRow) -> WaitReason? {
        if memory + row.memory + capacity.overhead > capacity.memory { return .memory }
        return milliCPUs + row.milliCPUs > capacity.milliCPUs ? .cpu : nil
    }
}
