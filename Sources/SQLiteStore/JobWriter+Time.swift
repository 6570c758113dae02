import GRDB
import Model
import Ports

extension JobWriter {
    /// Rows that one call moves at most.
    static let mostWakes = 1000

    static let dueJobs =
        StoredJob.select(from: "job INDEXED BY job_due")
        + " WHERE due_at_ms IS NOT NULL AND due_at_ms <= ? ORDER BY due_at_ms LIMIT ?"

    func wake(at now: WallTime) throws -> WakeUp {
        let due = try rows(Self.dueJobs, [now.milliseconds, Self.mostWakes])
        var ended: [EndedJob] = []
        var moved = 0
        for row in due {
            let job = try StoredJob(row)
            let deadline = job.deadline(readyAt: job.readyAt)
            if job.state != .pending, let deadline, deadline.at <= now.milliseconds {
                let ending = Ending(at: now, reason: deadline.clock.rawValue, message: deadline.clock.message)
                ended.append(try close(job, as: .timedOut, ending))
                moved += 1
            } else if job.state == .pending || job.state == .retrying {
                try release(job, at: now)
                moved += 1
            } else {
                try run("UPDATE job SET due_at_ms = ? WHERE ordinal = ?", [deadline?.at, job.ordinal])
            }
        }
        try settle(ended, at: now)
        if due.count == Self.mostWakes { return WakeUp(moved: moved, next: now) }
        let next = try integer(JobQueries.nextDue)
        return WakeUp(moved: moved, next: next.map { WallTime(milliseconds: $0) })
    }

    func expand(_ id: JobID, members: [Blob], ids: [JobID], at time: WallTime) throws {
        let map = try job(id)
        guard map.kind == .map, let details = try row(Self.details, [map.ordinal]) else {
            throw StoreError.runsNothing(id: id.description, kind: map.kind)
        }
        // Only what is ready has a list: what waits for a person or for its children does not become `waiting` again.
        guard map.state == .ready else {
            throw StoreError.conflict(id: id.description, expected: "ready", found: map.state.rawValue)
        }
        let each: NodeSpec.FanOut = try StoredJSON.value(details.decode(forColumn: "each"), in: "the list of job \(id)")
        guard members.count == ids.count, members.count <= each.limit else {
            throw StoreError.conflict(
                id: id.description, expected: "at most \(each.limit) members", found: "\(members.count)")
        }
        try run(
            "UPDATE job SET state = 'waiting', open_needs = ?, due_at_ms = NULL WHERE ordinal = ?",
            [members.count, map.ordinal])
        try addEvent("expanded", of: map, at: time, state: .waiting)
        guard !members.isEmpty else {
            try settle([endMap(job(at: map.ordinal), at: time)], at: time)
            return
        }
        if map.root != map.ordinal {
            try run(
                "UPDATE job SET open_needs = open_needs + ? WHERE ordinal = ? AND kind = 'graph'",
                [members.count, map.root])
        }
        var frame = NewJob.Frame(at: time, generation: try details.decode(forColumn: "generation"))
        (frame.root, frame.parent, frame.hold) = (map.root, map.ordinal, try hold(of: map.ordinal))
        let placement = try Placement(details)
        let next = try nextOrdinal()
        for (index, (member, id)) in zip(members, ids).enumerated() {
            try add(member)
            var child = NewJob(next + Int64(index), id, kind: .job, frame)
            (child.name, child.position, child.placement) = (map.name.map { "\($0).\(index)" }, index, placement)
            (child.spec, child.memberDigest) = (try details.decode(forColumn: "spec"), member.reference.digest)
            try insert(child)
        }
    }
}
