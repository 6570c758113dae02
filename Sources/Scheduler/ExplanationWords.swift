import Model
import Planner
import Ports

/// The sentences of an ``Explanation``.
struct ExplanationWords {
    /// With what was left counted as what runs.
    let facts: WaitFacts
    private let left: [LiveRow]
    let now: WallTime

    init(facts: WaitFacts, left: [LiveRow], now: WallTime) {
        (self.left, self.now) = (left, now)
        var counted = facts
        counted.live += left.count
        counted.liveInQueue += left.count { $0.queue == facts.queue.id }
        if let key = facts.job.placement.concurrency?.key { counted.liveWithKey += left.count { $0.key == key } }
        self.facts = counted
    }

    private var job: JobSummary { facts.job }
    /// As the `queue` verbs name it.
    private var queue: String {
        let id = facts.queue.id
        return id.project == Placement.defaultName ? id.queue : "\(id.project)/\(id.queue)"
    }

    // MARK: What waits for jobs, times and people

    func live(hasDaemon: Bool) -> Explanation {
        guard hasDaemon else {
            return Explanation(
                .live, "It is \(job.state.rawValue), but no daemon follows it: its sandbox works on by itself.",
                next: "The next daemon goes on with it.", command: "caisson serve")
        }
        switch job.state {
        case .leased:
            return Explanation(
                .live, "Its sandbox is being made, for attempt \(job.attempts).", next: "Its tool starts then.",
                command: "caisson attempts \(job.id)")
        case .stopping:
            return Explanation(
                .live, "Its tool is being ended\(cause).",
                next: "It ends once the tool has, by force when its grace is over.",
                command: "caisson cancel \(job.id)")
        case .finalizing:
            return Explanation(.live, "Its tool has ended, and what it left is being saved.", next: "It ends then.")
        default:
            return Explanation(
                .live, "Its tool is at work, in attempt \(job.attempts)\(since).",
                next: "It ends with its tool, or by one of its clocks.", command: "caisson logs -f \(job.id)")
        }
    }

    private var cause: String { job.cancelRequest.map { ", as \($0.actor) asked\(said($0))" } ?? "" }
    private var since: String { job.startedAt.map { ", for \(text(from: $0, to: now))" } ?? "" }
    private func said(_ flag: JobSummary.Flag) -> String { flag.reason.isEmpty ? "" : " (\(flag.reason))" }

    private func text(from begin: WallTime, to end: WallTime) -> String {
        Duration.milliseconds(max(0, end.milliseconds - begin.milliseconds)).shortText
    }

    var approval: Explanation {
        let question = job.question.map { ": \"\($0)\"" } ?? ""
        return Explanation(
            .approval, "Somebody has to decide\(question).", next: "Approve it, or reject it.",
            command: "caisson approve \(job.id)")
    }

    var children: Explanation {
        Explanation(
            .children, "\(count(job.openNeeds, "job")) under it \(job.openNeeds == 1 ? "has" : "have") not ended.",
            next: "All of them have to end.", command: "caisson tree \(job.id)")
    }

    func hold(_ flag: JobSummary.Flag) -> Explanation {
        Explanation(
            .hold, "\(flag.actor) holds it back since \(flag.at.rfc3339)\(said(flag)).",
            next: "Somebody has to release it.",
            command: "caisson release \(job.id)")
    }

    var needs: Explanation {
        let open = facts.openNeeds.filter { $0.isMet == nil }
        let named = open.prefix(Self.mostNamed).map { need in
            "\(need.parentName ?? "\(need.parent)") (\(need.parentState.rawValue)\(wanted(need.on)))"
        }
        let rest = job.openNeeds - named.count
        let list = (named + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: ", ")
        return Explanation(
            .needs,
            "It waits for \(count(job.openNeeds, "other job"))\(list.isEmpty ? "" : ": \(list)").",
            next: open.count == 1 ? "That job has to end." : "Those jobs have to end.",
            command: "caisson explain \(open.first?.parent ?? job.root)")
    }

    /// Needs that a sentence names.
    private static let mostNamed = 3

    private func wanted(_ outcome: Need.Outcome) -> String {
        switch outcome {
        case .ok: ""
        case .fail: ", to fail"
        case .any: ", however it ends"
        case .skipped: ", to be skipped"
        case .when(let condition): ", and then \(condition)"
        }
    }

    func backOff(until due: WallTime) -> Explanation {
        Explanation(
            .backOff,
            "Attempt \(job.attempts) came to nothing; the next one begins in \(text(from: now, to: due)), at \(due.rfc3339).",
            next: "The wait has to be over.", command: "caisson attempts \(job.id)")
    }

    func time(_ due: WallTime) -> Explanation {
        Explanation(
            .time, "It is not to begin before \(due.rfc3339), in \(text(from: now, to: due)).",
            next: "That time has to come.")
    }

    // MARK: What could begin

    /// - Parameter daemon: `nil` if there is none.
    func ready(_ daemon: DispatcherStatus?) -> Explanation {
        guard let daemon else {
            return Explanation(
                .noDaemon, "There is no daemon on this data folder that could begin it.", next: "Start one.",
                command: "caisson serve")
        }
        if daemon.isDraining {
            return Explanation(
                .draining, "The daemon is ending and begins nothing new.", next: "The next daemon goes on with it.",
                command: "caisson serve")
        }
        if daemon.engine != .up { return engineDown(daemon.engine) }
        if job.kind == .map {
            return Explanation(
                .expansion, "The list that it fans out over is being read.", next: "It becomes a job for each member.")
        }
        if let byOwnSandbox { return byOwnSandbox }
        if let byQueue { return byQueue }
        return byPlan(daemon.waits[job.id], daemon.capacity)
    }

    private func engineDown(_ engine: DispatcherStatus.Engine) -> Explanation {
        guard case .down(let since, _, let message) = engine else {
            return Explanation(
                .engineDown, "The engine has not been looked at yet.", next: "It has to answer.",
                command: "caisson doctor")
        }
        return Explanation(
            .engineDown, "The engine cannot be used since \(since.rfc3339): \(message)",
            next: "It has to answer again; that is tried again and again.", command: "caisson doctor")
    }

    /// A job has one sandbox at most.
    private var byOwnSandbox: Explanation? {
        guard let number = left.first(where: { $0.job == job.id })?.leftBy?.number else { return nil }
        return Explanation(
            .backOff, "Attempt \(number) has ended, and its sandbox is not removed yet.",
            next: "It has to be removed; that is tried again and again.", command: "caisson doctor")
    }

    /// What is to be said where jobs are counted that have ended.
    private func ended(_ isCounted: (LiveRow) -> Bool = { _ in true }) -> String {
        switch left.count(where: isCounted) {
        case 0: ""
        case 1: " (1 has ended, and its sandbox is not removed yet)"
        case let count: " (\(count) have ended, and their sandboxes are not removed yet)"
        }
    }

    /// What the settings of its queue and its key say.
    private var byQueue: Explanation? {
        if facts.queue.isPaused {
            return Explanation(
                .queuePaused, "Its queue \(queue) is paused.", next: "Somebody has to resume it.",
                command: "caisson queue resume \(queue)")
        }
        if let limit = facts.queue.limit, facts.liveInQueue >= limit {
            let next =
                limit == 0 ? "Its limit has to be raised." : "One of them has to end, or the limit has to be raised."
            return Explanation(
                .queueLimit,
                "\(facts.liveInQueue) of \(count(limit, "job")) that its queue \(queue) may run at once run"
                    + "\(ended { $0.queue == facts.queue.id }).",
                next: next, command: "caisson queue set \(queue) --limit \(limit + 1)")
        }
        if let key = job.placement.concurrency, facts.liveWithKey >= key.limit {
            return Explanation(
                .keyLimit,
                "\(facts.liveWithKey) of \(count(key.limit, "job")) with the key \(key.key) run\(ended { $0.key == key.key }).",
                next: "It waits for one of them to end.", command: "caisson list --state running")
        }
        return nil
    }

    /// What the last plan said, or that none has looked at it.
    private func byPlan(_ reason: WaitReason?, _ capacity: PlanCapacity) -> Explanation {
        let running = "\(facts.live) run\(ended())"
        let anEnd = "One of those that run has to end."
        switch reason {
        case .backOff:
            return Explanation(
                .backOff, "When its turn came it could not be begun; the daemon's log says why.",
                next: "It is tried again within 30 s.", command: "caisson status")
        case .keyLimit:
            let key = job.placement.concurrency?.key ?? ""
            return Explanation(
                .keyLimit,
                "\(count(facts.liveWithKey, "job")) with the key \(key) \(facts.liveWithKey == 1 ? "runs" : "run"), "
                    + "and one of them allows no more\(ended { $0.key == key }).",
                next: "It waits for one of them to end.", command: "caisson list --state running")
        case .slots:
            return Explanation(
                .slots, "No slot of \(capacity.slots) is free\(ended()).", next: anEnd, command: "caisson status"
            )
        case .cpu:
            return Explanation(
                .cpu,
                "Too little is left of the \(PlanCapacity.cores(capacity.milliCPUs)) cores that may be promised: \(running).",
                next: anEnd, command: "caisson status")
        case .memory:
            return Explanation(
                .memory, "Too little is left of the \(capacity.memory) of memory that may be promised: \(running).",
                next: anEnd,
                command: "caisson status")
        case .starts:
            return Explanation(
                .starts,
                "As many sandboxes are being made as may be at once: \(capacity.startsAtOnce).",
                next: "One of them has to be ready.")
        default:
            let before =
                facts.before == 0
                ? "The turns of other queues come first" : "\(count(facts.before, "job")) of its queue come before it"
            return Explanation(
                .turn, "\(before), or a job that others went past for too long.", next: "Its turn has to come.",
                command: "caisson queue top")
        }
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
