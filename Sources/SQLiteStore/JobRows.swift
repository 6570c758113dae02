import CellWire
import GRDB
import Model
import Ports

// Columns are read with `decode`, which throws where `row["name"]` would trap: a damaged file is input like any other.

extension AttemptRecord {
    /// All but the artifacts.
    init(_ row: Row) throws {
        let id = AttemptID(job: try JobID(row.decode(forColumn: "job_id")), number: try row.decode(forColumn: "number"))
        self.init(
            id: id, state: try row.word("state", in: "attempt \(id)"),
            containerName: try row.decode(forColumn: "container_name"),
            profileDigest: try row.decode(forColumn: "profile_digest"), frameKey: try row.key(of: id),
            createdAt: WallTime(milliseconds: try row.decode(forColumn: "created_at_ms")))
        containerID = try row.decode(forColumn: "container_id")
        outcome = try row.wordIfAny("outcome", in: "attempt \(id)")
        reason = try row.decode(forColumn: "reason")
        message = try row.decode(forColumn: "message")
        adoptions = try row.decode(forColumn: "adoptions")
        finishedAt = try row.time("finished_at_ms")
        posture = try row.json("posture", of: id)
        attestation = try row.json("attestation", of: id)
        toolPosture = try row.json("tool_posture", of: id)
        record = try row.json("record", of: id)
        phases = try row.json("phases", of: id) ?? []
        stdout = try row.blob("stdout_digest", size: "stdout_bytes")
        stderr = try row.blob("stderr_digest", size: "stderr_bytes")
        result = try row.blob("result_digest", size: "result_bytes")
    }
}

extension AttemptRecord.Artifact {
    init(_ row: Row) throws {
        self.init(
            path: try row.decode(forColumn: "path"), blob: try row.blob("digest", size: "size_bytes"),
            problem: try row.decode(forColumn: "problem"))
    }
}

extension AttemptRecord.Change {
    init(_ row: Row) throws {
        let (path, word): (String, String) = (try row.decode(forColumn: "path"), try row.decode(forColumn: "kind"))
        guard let kind = Kind(rawValue: word) else {
            throw StoreError.corrupt(detail: "a changed file has the unknown kind \(word)")
        }
        self.init(
            path: path, kind: kind, blob: try row.blob("digest", size: "size_bytes"),
            problem: try row.decode(forColumn: "problem"))
    }
}

extension EventRecord {
    init(_ row: Row) throws {
        let ordinal: Int64 = try row.decode(forColumn: "ordinal")
        self.init(
            ordinal: ordinal, sequence: try row.decode(forColumn: "sequence"),
            job: try JobID(row.decode(forColumn: "id")), at: WallTime(milliseconds: try row.decode(forColumn: "at_ms")),
            name: try row.decode(forColumn: "name"), attempt: try row.decode(forColumn: "attempt"),
            state: try row.wordIfAny("state", in: "event \(ordinal)"), actor: try row.decode(forColumn: "actor"))
    }
}

extension Row {
    /// An enumerated column.
    ///
    /// - Throws: ``StoreError/corrupt(detail:)`` naming `place`, if it holds none of the words there are.
    func word<Word: RawRepresentable<String>>(_ column: String, in place: @autoclosure () -> String) throws -> Word {
        try Self.word(decode(forColumn: column), column, in: place())
    }

    /// The same of a column of which only the place is known.
    func word<Word: RawRepresentable<String>>(at index: Int, in place: @autoclosure () -> String) throws -> Word {
        try Self.word(decode(atIndex: index), "\(Word.self)", in: place())
    }

    private static func word<Word: RawRepresentable<String>>(
        _ text: String, _ column: @autoclosure () -> String, in place: @autoclosure () -> String
    ) throws -> Word {
        guard let word = Word(rawValue: text) else {
            throw StoreError.corrupt(detail: "\(place()) has the unknown \(column()) \(text)")
        }
        return word
    }

    func wordIfAny<Word: RawRepresentable<String>>(_ column: String, in place: String) throws -> Word? {
        try decode(String?.self, forColumn: column) == nil ? nil : word(column, in: place)
    }

    fileprivate func key(of attempt: AttemptID) throws -> UInt64 {
        let text: String = try decode(forColumn: "frame_key")
        guard let key = UInt64(text, radix: 16) else {
            throw StoreError.corrupt(detail: "the frame key of attempt \(attempt) is no number")
        }
        return key
    }

    func time(_ column: String) throws -> WallTime? {
        try decode(Int64?.self, forColumn: column).map { WallTime(milliseconds: $0) }
    }

    fileprivate func json<Value: Decodable>(_ column: String, of attempt: AttemptID) throws -> Value? {
        guard let text = try decode(String?.self, forColumn: column) else { return nil }
        return try StoredJSON.value(text, in: "the \(column) of attempt \(attempt)")
    }

    func blob(_ digest: String, size: String) throws -> BlobReference? {
        guard
            let digest = try decode(String?.self, forColumn: digest),
            let size = try decode(Int64?.self, forColumn: size)
        else { return nil }
        return BlobReference(digest: digest, size: ByteCount(bytes: size))
    }
}
