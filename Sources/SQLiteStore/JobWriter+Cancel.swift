import GRDB
import Model
import Ports

extension JobWriter {
    func cancel(_ id: JobID, _ order: CancelOrder) throws -> CancelReceipt {
        let job = try job(id)
        let isGroup = job.kind == .graph || job.kind == .map
        var jobs = order.isTree || isGroup ? try openJobs(under: job) : []
        if !job.state.isTerminal { jobs.insert(job, at: 0) }
        if jobs.isEmpty {
            guard job.state == .cancelled else {
                throw StoreError.illegalState(id: id.description, state: job.state, action: "cancelled")
            }
            return CancelReceipt(ended: 0, live: [])
        }
        let flag = try StoredJSON.text(of: JobSummary.Flag(actor: order.actor, reason: order.reason, at: order.at))
        var receipt = CancelReceipt(ended: 0, live: [])
        var ended: [EndedJob] = []
        try addEvent("cancel_requested", of: job, at: order.at, actor: order.actor)
        for job in jobs {
            if !job.isCancelled { try run("UPDATE job SET cancel_request = ? WHERE ordinal = ?", [flag, job.ordinal]) }
            if job.state.isLive {
                receipt.live.append(job.id)
            } else if job.openNeeds == 0 || job.state != .waiting {
                ended.append(try close(job, as: .cancelled, ending(order)))
            }  // else a graph or fan-out with children: it ends with the last of them
        }
        // All are marked before what follows is done: what would be skipped because of another one was meant itself.
        try settle(ended, at: order.at)
        receipt.ended = ended.count
        return receipt
    }

    private func ending(_ order: CancelOrder) -> Ending {
        let by = order.actor.isEmpty ? "" : " by \(order.actor)"
        let why = order.reason.isEmpty ? "." : ": \(order.reason)"
        return Ending(at: order.at, reason: "cancelled", message: "It was cancelled\(by)\(why)")
    }

    /// What stands under a job and has not ended, in the order of acceptance.
    private func openJobs(under job: StoredJob) throws -> [StoredJob] {
        if job.root == job.ordinal {
            let sql =
                StoredJob.select
                + " WHERE root = ?1 AND job.ordinal <> ?1 AND finished_at_ms IS NULL ORDER BY job.ordinal"
            return try rows(sql, [job.ordinal]).map(StoredJob.init)
        }
        let sql = """
            WITH RECURSIVE below(child) AS (
                SELECT ordinal FROM job WHERE parent = ? AND parent IS NOT NULL AND parent <> root
                UNION ALL
                SELECT job.ordinal FROM below JOIN job ON job.parent = below.child
                    WHERE job.parent IS NOT NULL AND job.parent <> job.root)
            \(StoredJob.select) JOIN below ON below.child = job.ordinal
            WHERE finished_at_ms IS NULL ORDER BY job.ordinal
            """
        return try rows(sql, [job.ordinal]).map(StoredJob.init)
    }
}
