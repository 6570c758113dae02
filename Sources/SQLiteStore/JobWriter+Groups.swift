import Foundation
import GRDB
import Model
import Ports

extension JobWriter {
    /// Counts children that have ended, and ends their graph or fan-out with the last of them.
    func settleGroup(_ ordinal: Int64, ended count: Int, at time: WallTime) throws -> EndedJob? {
        try run("UPDATE job SET open_needs = open_needs - ? WHERE ordinal = ?", [count, ordinal])
        let group = try job(at: ordinal)
        guard group.openNeeds == 0, group.state == .waiting else { return nil }
        switch group.kind {
        case .graph: return try endGraph(group, at: time)
        case .map: return try endMap(group, at: time)
        case .job, .approval: throw StoreError.corrupt(detail: "job \(group.id) has children, but is no group")
        }
    }

    private func endGraph(_ graph: StoredJob, at time: WallTime) throws -> EndedJob {
        let unhandled = try firstTitle(
            """
            SELECT id, name, state FROM job
            WHERE root = ?1 AND ordinal <> ?1 AND successor IS NULL
                AND state IN ('failed', 'timed_out', 'oom_killed', 'errored', 'denied', 'cancelled')
                AND (parent = root OR (SELECT kind FROM job AS p WHERE p.ordinal = job.parent) <> 'map')
                AND NOT EXISTS (
                    SELECT 1 FROM job_edge JOIN job AS c ON c.ordinal = child
                    -- What was handed in after it is not part of it, and deals with nothing of it.
                    WHERE job_edge.parent = job.ordinal AND is_met = 1 AND c.state <> 'skipped' AND c.root = job.root)
            ORDER BY ordinal LIMIT 1
            """, graph.ordinal)
        let begun = try integer(
            "SELECT 1 FROM job WHERE root = ?1 AND ordinal <> ?1 AND successor IS NULL AND state <> 'skipped' LIMIT 1",
            [graph.ordinal])
        let verdict = Settlement.graph(
            isCancelled: graph.isCancelled, isBegun: begun != nil, unhandled: unhandled)
        return try close(graph, as: verdict.state, Ending(at: time, reason: verdict.reason, message: verdict.message))
    }

    func endMap(_ map: StoredJob, at time: WallTime) throws -> EndedJob {
        let unsuccessful = try firstTitle(
            """
            SELECT id, name, state FROM job
            WHERE parent = ?1 AND parent IS NOT NULL AND parent <> root AND state <> 'succeeded' ORDER BY ordinal LIMIT 1
            """, map.ordinal)
        var verdict = Settlement.map(isCancelled: map.isCancelled, unsuccessful: unsuccessful)
        if verdict.state == .succeeded {
            do {
                let bytes = try results(of: map)
                let digest = JobSpecDigest.of(bytes: bytes)
                try run(
                    "INSERT INTO blob (digest, size_bytes, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
                    [digest, bytes.count, bytes])
                try run("UPDATE job SET result_digest = ? WHERE ordinal = ?", [digest, map.ordinal])
            } catch let error as StoreError {
                guard case .tooLarge = error else { throw error }
                verdict = (.errored, "result_too_large", error.message)
            }
        }
        return try close(map, as: verdict.state, Ending(at: time, reason: verdict.reason, message: verdict.message))
    }

    private func firstTitle(_ sql: String, _ group: Int64) throws -> (title: String, state: JobState)? {
        guard let row = try row(sql, [group]) else { return nil }
        let name: String? = try row.decode(forColumn: "name")
        return (try name ?? row.decode(forColumn: "id"), try row.word("state", in: "a child"))
    }

    /// Bytes of all results of a fan-out together.
    static let mostResults = ByteCount.mebibytes(16)

    /// The results of a fan-out's members, as one JSON list in their order; `null` for what left none.
    private func results(of map: StoredJob) throws -> Data {
        let members = try rows(
            """
            SELECT blob.digest, blob.size_bytes, blob.content
            FROM job
                LEFT JOIN attempt ON attempt.job_id = job.id AND attempt.number = job.attempts
                LEFT JOIN blob ON blob.digest = attempt.result_digest
            WHERE job.parent = ? AND job.parent IS NOT NULL AND job.parent <> job.root ORDER BY job.position
            """, [map.ordinal])
        var list = Data("[".utf8)
        for (index, member) in members.enumerated() {
            if index > 0 { list.append(UInt8(ascii: ",")) }
            if let reference = try member.blob("digest", size: "size_bytes") {
                let limit = Self.mostResults
                guard Int64(list.count) + reference.size.bytes < limit.bytes else {
                    throw StoreError.tooLarge(what: "The list of its members' results", limit: limit)
                }
                let inline: Data? = try member.decode(forColumn: "content")
                list.append(try inline ?? Data(blobs.contents(of: reference)))
            } else {
                list.append(contentsOf: "null".utf8)
            }
        }
        list.append(UInt8(ascii: "]"))
        return list
    }
}
