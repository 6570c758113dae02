import Foundation
import GRDB
import Model
import Ports

/// What a write has to know of a row before it changes it.
struct StoredJob {
    let ordinal: Int64
    let id: JobID
    let kind: JobKind
    let name: String?
    let root: Int64
    let parent: Int64?
    let state: JobState
    let attempts: Int
    let openNeeds: Int
    let isHeld: Bool
    /// Whether somebody asked for its end.
    let isCancelled: Bool
    let notBefore: WallTime?
    let readyAt: WallTime?
    /// In milliseconds; `nil` of what has no clocks.
    let queueClock: Int64?
    let totalClock: Int64?

    static let select = select(from: "job")

    /// - Parameter table: `job`, with the index to take.
    static func select(from table: String) -> String {
        """
        SELECT job.ordinal, job.id, job.kind, job.name, job.root, job.parent, job.state, attempts, open_needs, hold IS NOT NULL AS is_held,
            cancel_request IS NOT NULL AS is_cancelled, not_before_ms, ready_at_ms, queue_ms, total_ms
        FROM \(table) LEFT JOIN spec ON spec.ordinal = job.spec
        """
    }

    init(_ row: Row) throws {
        let text: String = try row.decode(forColumn: "id")
        id = try JobID(text)
        ordinal = try row.decode(forColumn: "ordinal")
        kind = try row.word("kind", in: "job \(text)")
        name = try row.decode(forColumn: "name")
        root = try row.decode(forColumn: "root")
        parent = try row.decode(forColumn: "parent")
        state = try row.word("state", in: "job \(text)")
        attempts = try row.decode(forColumn: "attempts")
        openNeeds = try row.decode(forColumn: "open_needs")
        isHeld = try row.decode(forColumn: "is_held")
        isCancelled = try row.decode(forColumn: "is_cancelled")
        notBefore = try row.time("not_before_ms")
        readyAt = try row.time("ready_at_ms")
        queueClock = try row.decode(forColumn: "queue_ms")
        totalClock = try row.decode(forColumn: "total_ms")
    }

    /// When it runs out of time while it has no sandbox, and which clock that is; `nil` if none runs.
    ///
    /// - Parameter readyAt: from when the clocks count.
    func deadline(readyAt: WallTime?) -> (at: Int64, clock: Clock)? {
        guard kind == .job, let start = readyAt?.milliseconds, let queueClock, let totalClock else { return nil }
        // What was begun once has left its queue in time.
        guard attempts == 0, queueClock <= totalClock else { return (start + totalClock, .total) }
        return (start + queueClock, .queue)
    }

    enum Clock: String {
        case queue = "queue_clock"
        case total = "total_clock"

        var message: String {
            switch self {
            case .queue: "It was not begun before its queue clock ran out."
            case .total: "Its total clock ran out before it ended."
            }
        }
    }
}

extension [UInt8] {
    var asData: Data { Data(self) }
}
