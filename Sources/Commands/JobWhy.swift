import Model
import Ports

/// Why a job is where it is, in a few words from its own row: `caisson explain` looks further.
enum JobWhy {
    static func text(_ job: JobSummary, now: WallTime) -> String {
        if job.state.isTerminal { return job.attention == nil ? job.reason ?? "" : "attention: \(job.reason ?? "")" }
        if let request = job.cancelRequest { return "cancelled by \(request.actor)" }
        if let hold = job.hold, !job.state.isLive { return "held by \(hold.actor)" }
        switch job.state {
        case .pending where job.openNeeds > 0: return "needs \(job.openNeeds)"
        case .pending, .retrying, .ready:
            guard let due = job.notBefore, due > now else { return "" }
            return "in \(AgeText.text(from: now, to: due))"
        case .waiting: return job.kind == .approval ? "approval" : "children \(job.openNeeds)"
        default: return ""
        }
    }
}
