import Model

/// A job that has ended, whose end is still to be settled with the jobs that wait for it.
struct EndedJob {
    let ordinal: Int64
    let id: JobID
    let name: String?
    let kind: JobKind
    let root: Int64
    let parent: Int64?
    let state: JobState

    init(_ job: StoredJob, state: JobState) {
        (ordinal, id, name, kind) = (job.ordinal, job.id, job.name, job.kind)
        (root, parent, self.state) = (job.root, job.parent, state)
    }

    /// As people know it.
    var title: String { name ?? id.description }
}

/// What the end of one job means for another: rules alone, without a store.
enum Settlement {
    /// Why a job that is not begun is `skipped`.
    static func skip(for need: Need.Outcome, by parent: EndedJob) -> (reason: String, message: String) {
        let ended = "\(parent.title) ended as \(parent.state.rawValue)"
        switch need {
        case .ok: return ("upstream_failed", "\(ended), but was to succeed.")
        // Of what was not begun, or was ended from outside, nothing can be asked.
        case .when where need.isMet(by: parent.state) == false:
            return ("upstream_failed", "\(ended): there is nothing to judge its condition by.")
        case .when(let condition):
            return ("condition_false", "\(ended), and this does not hold: \(condition.prefix(200))")
        case .fail: return ("condition_false", "\(ended), but was to fail.")
        case .skipped: return ("condition_false", "\(ended), but was to be skipped.")
        case .any: return ("upstream_failed", "\(ended).")
        }
    }

    /// How the root of a graph ends once all of its jobs have.
    ///
    /// It is `cancelled` if that was asked for. It is `failed` if there is a job that ended without success, other than by being
    /// skipped, and that no other job, itself not skipped, needed in just this way: a failure that somebody deals with. A job that was
    /// made again does not count, the one in its place does. Members of a fan-out count through it. It is `skipped` if all of its jobs
    /// are: what it was to come after did not end as was asked for.
    ///
    /// - Parameters:
    ///   - isBegun: whether any of its jobs was not skipped.
    ///   - unhandled: the first such job.
    static func graph(
        isCancelled: Bool, isBegun: Bool, unhandled: (title: String, state: JobState)?
    ) -> (state: JobState, reason: String, message: String) {
        if isCancelled { return (.cancelled, "cancelled", "It was cancelled.") }
        guard isBegun else {
            return (
                .skipped, "upstream_failed",
                "None of its jobs was begun: what it was to come after did not end as was asked for."
            )
        }
        guard let unhandled else {
            return (.succeeded, "children_ended", "All of its jobs have ended, none without success that counts.")
        }
        return (.failed, "node_failed", "\(unhandled.title) ended as \(unhandled.state.rawValue).")
    }

    /// How a fan-out ends once all of its members have: it succeeds if every one of them did.
    static func map(
        isCancelled: Bool, unsuccessful: (title: String, state: JobState)?
    ) -> (state: JobState, reason: String, message: String) {
        if isCancelled { return (.cancelled, "cancelled", "It was cancelled.") }
        guard let unsuccessful else { return (.succeeded, "children_ended", "All of its members have succeeded.") }
        return (.failed, "node_failed", "\(unsuccessful.title) ended as \(unsuccessful.state.rawValue).")
    }
}
