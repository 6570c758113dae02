import Model
import Planner
import Ports

/// Why a job is where it is, in a few words from its own row and its queue's: `caisson explain` looks further.
enum JobWhy {
    /// - Parameter paused: the queues of which nothing begins.
    static func text(_ job: JobSummary, now: WallTime, paused: Set<QueueID> = []) -> String {
        if job.state.isTerminal { return job.attention == nil ? job.reason ?? "" : "attention: \(job.reason ?? "")" }
        if let request = job.cancelRequest { return "cancelled by \(request.actor)" }
        if let hold = job.hold, !job.state.isLive { return "held by \(hold.actor)" }
        switch job.state {
        case .pending where job.openNeeds > 0: return "needs \(count(job.openNeeds))"
        case .pending, .retrying, .ready:
            if let due = job.notBefore, due > now { return "in \(AgeText.text(from: now, to: due))" }
            let queue = QueueID(project: job.placement.project, queue: job.placement.queue)
            return job.state == .ready && paused.contains(queue) ? "queue paused" : ""
        case .waiting: return job.kind == .approval ? "needs a decision" : "\(count(job.openNeeds)) left"
        default: return ""
        }
    }

    private static func count(_ jobs: Int) -> String { "\(jobs) job\(jobs == 1 ? "" : "s")" }

    /// The paused queues, looked up once for a whole list, if one of `jobs` may stand in one.
    static func pausedQueues(of jobs: [JobSummary], reader: any JobReader) async throws -> Set<QueueID> {
        guard jobs.contains(where: { $0.state == .ready }) else { return [] }
        return Set(try await reader.queues().filter(\.queue.isPaused).map(\.queue.id))
    }
}
