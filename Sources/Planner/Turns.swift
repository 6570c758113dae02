/// Whose turn it is among queues: weighted round-robin by virtual time.
///
/// Each start moves its queue ahead by ``round`` divided by its weight; the queue that is least far ahead is next. A queue that is new, or
/// comes back after its lead was used up, joins one turn behind the one that is being served: nobody gets a turn by going away, and nobody
/// who waits is put off for ever by a stream of newcomers. A queue that cannot begin anything saves nothing up: it is next at once.
///
/// For two queues that can always begin something, `starts / weight` never differs by more than the sum of both turns, `1/w + 1/v`.
struct Turns {
    /// How far a queue of weight 1 is moved by one start.
    static let round = 1_000_000_000
    /// Queues without ready jobs whose lead is kept beside those that have some.
    static let mostKept = 8192

    /// How far each queue is ahead of the one that was served last: of those with ready jobs, and of those that are still ahead.
    private(set) var leads: [QueueID: Int] = [:]
    /// The lead of the queue that was served last, in the plan that is being made.
    private var served = 0

    /// A queue with ready jobs takes its place; its lead.
    mutating func join(_ queue: QueueRow) -> Int {
        if let lead = leads[queue.id] { return lead }
        let lead = Self.turn(of: queue)
        leads[queue.id] = lead
        return lead
    }

    /// A job of the queue begins; its new lead.
    ///
    /// - Parameter isInTurn: whether it was this queue's turn, or its job goes before all others.
    mutating func took(_ queue: QueueRow, isInTurn: Bool) -> Int {
        let lead = max(leads[queue.id] ?? 0, served)
        if isInTurn { served = lead }
        leads[queue.id] = lead + Self.turn(of: queue)
        return lead + Self.turn(of: queue)
    }

    /// Counts all leads from the queue that was served last, and forgets queues of which there is nothing to remember.
    mutating func endPlan(present: Set<QueueID>) {
        leads = leads.mapValues { max(0, $0 - served) }.filter { $0.value > 0 || present.contains($0.key) }
        served = 0
        if leads.count > Self.mostKept + present.count { leads = leads.filter { present.contains($0.key) } }
    }

    private static func turn(of queue: QueueRow) -> Int {
        round / min(max(queue.weight, QueueRow.weights.lowerBound), QueueRow.weights.upperBound)
    }
}
