package import Model
package import Ports

/// Why a job that has not ended is where it is, what has to happen for it to go on, and what a person can type.
package struct Explanation: Sendable, Hashable {
    package let reason: WaitReason
    /// Why, as a sentence with the values that count.
    package let sentence: String
    /// What has to happen, as a sentence.
    package let next: String
    /// What helps, or at least shows more; `nil` if it only has to be waited for.
    package let command: String?

    init(_ reason: WaitReason, _ sentence: String, next: String, command: String? = nil) {
        (self.reason, self.sentence, self.next, self.command) = (reason, sentence, next, command)
    }

    /// The first thing that keeps the job, in the order in which they would have to go.
    ///
    /// - Parameters:
    ///   - daemon: what the daemon says of itself; `nil` if there is none.
    ///   - now: to tell how long it still takes.
    /// - Returns: `nil` of a job that has ended: its row says why.
    package init?(_ facts: WaitFacts, daemon: DispatcherStatus?, at now: WallTime) {
        let job = facts.job
        guard !job.state.isTerminal else { return nil }
        let words = ExplanationWords(facts: facts, left: daemon?.left ?? [], now: now)
        if job.state.isLive {
            self = words.live(hasDaemon: daemon != nil)
        } else if job.state == .waiting {
            self = job.kind == .approval ? words.approval : words.children
        } else if let hold = job.hold {
            self = words.hold(hold)
        } else if job.state == .pending, job.openNeeds > 0 {
            self = words.needs
        } else if let due = job.notBefore, due > now {
            self = job.state == .retrying ? words.backOff(until: due) : words.time(due)
        } else {
            self = words.ready(daemon)
        }
    }
}
