import GRDB
import Model
import Ports

extension JobSummary {
    /// Everything of a row but its spec; one statement for a whole list.
    static let select = select(from: "job")

    /// - Parameter table: `job`, with the index to take.
    static func select(from table: String) -> String {
        """
        SELECT job.*, r.id AS root_id, p.id AS parent_id, q.project, q.name AS queue_name, s.digest AS spec_digest,
            s.image_name, s.command, s.effect
        FROM \(table)
            CROSS JOIN job AS r ON r.ordinal = job.root
            CROSS JOIN queue AS q ON q.ordinal = job.queue
            LEFT JOIN job AS p ON p.ordinal = job.parent
            LEFT JOIN spec AS s ON s.ordinal = job.spec
        """
    }

    init(_ row: Row) throws {
        let text: String = try row.decode(forColumn: "id")
        let place = "job \(text)"
        self.init(
            id: try JobID(text), root: try JobID(row.decode(forColumn: "root_id")),
            state: try row.word("state", in: place),
            createdAt: WallTime(milliseconds: try row.decode(forColumn: "created_at_ms")))
        kind = try row.word("kind", in: place)
        name = try row.decode(forColumn: "name")
        parent = try row.decode(String?.self, forColumn: "parent_id").map { try JobID($0) }
        specDigest = try row.decode(forColumn: "spec_digest")
        imageName = try row.decode(forColumn: "image_name")
        command = try row.document("command", in: place)
        placement = try Placement(row)
        effect = try row.wordIfAny("effect", in: place) ?? .pure
        notBefore = try row.time("not_before_ms")
        readyAt = try row.time("ready_at_ms")
        startedAt = try row.time("started_at_ms")
        finishedAt = try row.time("finished_at_ms")
        reason = try row.decode(forColumn: "reason")
        message = try row.decode(forColumn: "message")
        attempts = try row.decode(forColumn: "attempts")
        toolAttempts = try row.decode(forColumn: "tool_attempts")
        openNeeds = try row.decode(forColumn: "open_needs")
        question = try row.decode(forColumn: "question")
        each = try row.document("each", in: place)
        hold = try row.document("hold", in: place)
        cancelRequest = try row.document("cancel_request", in: place)
        attention = try row.document("attention", in: place)
        if let kind: Lineage.Kind = try row.wordIfAny("lineage_kind", in: place) {
            lineage = Lineage(kind, of: try JobID(row.decode(forColumn: "lineage_of")))
        }
        generation = try row.decode(forColumn: "generation")
    }
}

extension Row {
    func document<Value: Decodable>(_ column: String, in place: String) throws -> Value? {
        guard let text = try decode(String?.self, forColumn: column) else { return nil }
        return try StoredJSON.value(text, in: "the \(column) of \(place)")
    }
}
