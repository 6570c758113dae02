import CellWire
import Foundation
import GRDB
import Model
import Ports

extension JobWriter {
    /// Does for other jobs what follows from these ends, and from what ends because of them: in the same transaction.
    ///
    /// A list of work instead of recursion: a graph may be ten thousand jobs deep.
    ///
    /// - Parameter isNew: false if the groups of these know of their ends already, because they are from before.
    func settle(_ first: [EndedJob], at time: WallTime, isNew: Bool = true) throws {
        var work = first
        // Children that have ended, for each graph and fan-out: written once for all of them.
        var groups = Groups()
        if !isNew {
            work = []
            for ended in first { try settleNeeds(of: ended, at: time) { work.append($0) } }
        }
        while true {
            while let ended = work.popLast() {
                try settleNeeds(of: ended, at: time) { work.append($0) }
                try groups.count(ended, in: self)
            }
            guard let (group, count) = groups.next() else { return }
            if let ended = try settleGroup(group, ended: count, at: time) { work.append(ended) }
        }
    }

    /// How many children of which group have ended, and what kinds of rows there are above them.
    struct Groups {
        private var ended: [Int64: Int] = [:]
        private var kinds: [Int64: JobKind] = [:]

        mutating func count(_ job: EndedJob, in writer: JobWriter) throws {
            if job.root != job.ordinal, try kind(of: job.root, in: writer) == .graph {
                ended[job.root, default: 0] += 1
            }
            guard let parent = job.parent, parent != job.root else { return }
            if try kind(of: parent, in: writer) == .map { ended[parent, default: 0] += 1 }
        }

        /// Roots last: a fan-out's end is one of theirs.
        mutating func next() -> (group: Int64, count: Int)? {
            guard let group = ended.keys.max() else { return nil }
            return ended.removeValue(forKey: group).map { (group, $0) }
        }

        private mutating func kind(of ordinal: Int64, in writer: JobWriter) throws -> JobKind {
            if let kind = kinds[ordinal] { return kind }
            guard let row = try writer.row("SELECT kind FROM job WHERE ordinal = ?", [ordinal]) else {
                throw StoreError.corrupt(detail: "job \(ordinal) is named, but not there")
            }
            let kind: JobKind = try row.word("kind", in: "job \(ordinal)")
            kinds[ordinal] = kind
            return kind
        }
    }

    private func settleNeeds(of parent: EndedJob, at time: WallTime, _ ended: (EndedJob) -> Void) throws {
        let edges = try rows(
            "SELECT child, outcome, condition FROM job_edge WHERE parent = ? AND is_met IS NULL", [parent.ordinal])
        guard !edges.isEmpty else { return }
        // The same for all conditions on this end, so looked up once.
        var names: Result<EdgeCondition.Names, any Error>?
        for edge in edges {
            let need = try Need.Outcome(edge)
            let child = try job(at: edge.decode(forColumn: "child"))
            let isMet: Result<Bool, any Error>
            if let known = need.isMet(by: parent.state) {
                isMet = .success(known)
            } else if child.state.isTerminal {
                isMet = .success(false)  // nobody waits for the answer
            } else {
                let known = names ?? Result { try self.names(of: parent) }
                names = known
                isMet = Result { try condition.holds(need.source, known.get()) }
            }
            let met = (try? isMet.get()) ?? false  // ignored: the error is told below
            try run(
                "UPDATE job_edge SET is_met = ? WHERE parent = ? AND child = ?",
                [met ? 1 : 0, parent.ordinal, child.ordinal])
            guard !child.state.isTerminal else { continue }
            switch isMet {
            case .success(true):
                try run("UPDATE job SET open_needs = open_needs - 1 WHERE ordinal = ?", [child.ordinal])
                if child.openNeeds == 1 { try release(child, at: time) }
            case .success(false):
                let why = Settlement.skip(for: need, by: parent)
                ended(
                    try close(
                        child, as: .skipped, Ending(at: time, reason: why.reason, message: why.message),
                        event: "skipped"))
            case .failure(let error):
                if error is DatabaseError { throw error }
                let why = (error as? any UserFacingError)?.message ?? "\(type(of: error))"
                let message = "Its condition on \(parent.title) cannot be judged: \(why)"
                ended(try close(child, as: .errored, Ending(at: time, reason: "condition_error", message: message)))
            }
        }
    }

    /// What conditions may ask about a job that has ended.
    private func names(of job: EndedJob) throws -> EdgeCondition.Names {
        let last = try row(
            "SELECT record, result_digest FROM attempt WHERE job_id = ? ORDER BY number DESC LIMIT 1",
            [job.id.description])
        let record: CellRecord? = try last?.decode(String?.self, forColumn: "record").map {
            try StoredJSON.value($0, in: "the record of job \(job.id)")
        }
        var digest = try last?.decode(String?.self, forColumn: "result_digest")
        if job.kind == .map { digest = try text("SELECT result_digest FROM job WHERE ordinal = ?", [job.ordinal]) }
        var result = JSONValue.null
        if let digest {
            let blob = try row(
                "SELECT size_bytes, CASE WHEN size_bytes <= ? THEN content END AS content FROM blob WHERE digest = ?",
                [EdgeCondition.mostResult.bytes, digest])
            guard let blob, let bytes = try blob.decode(Data?.self, forColumn: "content") else {
                throw StoreError.tooLarge(what: "The result of \(job.title)", limit: EdgeCondition.mostResult)
            }
            // ignored: what is not JSON is no result
            result = (try? JSONDecoder().decode(JSONValue.self, from: bytes)) ?? .null
        }
        return EdgeCondition.Names(result: result, state: job.state, exitCode: (record?.exitCode).map { Int($0) })
    }
}

extension Need.Outcome {
    /// The need in the columns `outcome` and `condition`.
    init(_ row: Row) throws {
        let word: String = try row.decode(forColumn: "outcome")
        if word == "when" {
            self = .when(try row.decode(forColumn: "condition"))
        } else if let outcome = Self.words[word] {
            self = outcome
        } else {
            throw StoreError.corrupt(detail: "a need has the unknown outcome \(word)")
        }
    }

    /// As it stands in the columns.
    var columns: (outcome: String, condition: String?) {
        switch self {
        case .ok: ("ok", nil)
        case .fail: ("fail", nil)
        case .any: ("any", nil)
        case .skipped: ("skipped", nil)
        case .when(let condition): ("when", condition)
        }
    }

    fileprivate var source: String { columns.condition ?? "" }
}
