/// Queues by their lead, the least far ahead first; by name where two are as far.
struct TurnHeap {
    struct Entry: Comparable {
        var lead: Int
        let queue: QueueID
        /// Where the queue's rows are.
        let index: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.lead != right.lead ? left.lead < right.lead : left.queue < right.queue
        }
    }

    private var entries: [Entry]

    init(_ entries: [Entry]) {
        // What is in order is a heap.
        self.entries = entries.sorted()
    }

    mutating func popFirst() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            let (left, right) = (2 * parent + 1, 2 * parent + 2)
            guard left < entries.count else { break }
            let least = right < entries.count && entries[right] < entries[left] ? right : left
            guard entries[least] < entries[parent] else { break }
            entries.swapAt(parent, least)
            parent = least
        }
        return first
    }

    mutating func insert(_ entry: Entry) {
        var child = entries.count
        entries.append(entry)
        while child > 0, entries[child] < entries[(child - 1) / 2] {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
}
