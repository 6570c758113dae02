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
        SELECT job.ordinal, job.id, job.kind, job.name, job.root, job.parent, job.state, attempts, open_needs, hold IS NOT NULL,
            cancel_request IS NOT NULL, not_before_ms, ready_at_ms, queue_ms, total_ms
        FROM \(table) LEFT JOIN spec ON spec.ordinal = job.spec
        """
    }

    /// - Parameter row: of ``select(from:)``, read in its order: every write looks at some, and names would have to be looked for.
    init(_ row: Row) throws {
        func time(at index: Int) throws -> WallTime? {
            try row.decode(Int64?.self, atIndex: index).map { WallTime(milliseconds: $0) }
        }
        ordinal = try row.decode(atIndex: 0)
        let text: String = try row.decode(atIndex: 1)
        id = try JobID(text)
        kind = try row.word(at: 2, in: "job \(text)")
        name = try row.decode(atIndex: 3)
        root = try row.decode(atIndex: 4)
        parent = try row.decode(atIndex: 5)
        state = try row.word(at: 6, in: "job \(text)")
        attempts = try row.decode(atIndex: 7)
        openNeeds = try row.decode(atIndex: 8)
        isHeld = try row.decode(atIndex: 9)
        isCancelled = try row.decode(atIndex: 10)
        notBefore = try time(at: 11)
        readyAt = try time(at: 12)
        queueClock = try row.decode(atIndex: 13)
        totalClock = try row.decode(atIndex: 14)
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
