import Model
import Ports

/// A tree of jobs as lines of text.
struct TreeText {
    let tree: JobTree
    let now: WallTime
    /// Jobs that are drawn one by one: a larger tree is summed up, and of it only what is under way or went wrong is shown.
    let most: Int

    /// Jobs that are drawn unless all are asked for.
    static let summedUp = 100
    /// Jobs of a large tree that are shown all the same.
    static let shownOfMany = 20

    var lines: [String] {
        let head = line(of: tree.top, "")
        guard tree.nodes.count > most else {
            return [head] + tree.nodes.map { line(of: $0.job, Self.branch($0.isLast)) }
        }
        let interesting = tree.nodes.filter { Self.isInteresting($0.job.state) }.map(\.job)
        let shown = interesting.prefix(Self.shownOfMany)
        var lines = [head]
        for (state, count) in Self.sorted(tree.counts) { lines.append("├─ \(count) \(state.rawValue)") }
        for job in shown { lines.append(line(of: job, "├─ ")) }
        let rest = tree.nodes.count - shown.count
        return lines + ["└─ \(rest) more are not shown; --all shows them"]
    }

    /// States in the order of a life, with how many jobs are in each.
    static func sorted(_ counts: [JobState: Int]) -> [(JobState, Int)] {
        JobState.allCases.compactMap { state in counts[state].map { (state, $0) } }.filter { $0.1 > 0 }
    }

    private static func isInteresting(_ state: JobState) -> Bool {
        state.isLive || [.failed, .timedOut, .oomKilled, .errored, .denied, .retrying].contains(state)
    }

    private static func branch(_ isLast: [Bool]) -> String {
        isLast.dropLast().map { $0 ? "   " : "│  " }.joined() + (isLast.last == true ? "└─ " : "├─ ")
    }

    private func line(of job: JobSummary, _ branch: String) -> String {
        var words = [TextTable.oneLine(job.name ?? job.imageName ?? "\(job.id)", width: 40)]
        if job.kind != .job { words.append("(\(job.kind.rawValue))") }
        words.append(job.state.rawValue)
        if job.attempts > 1 { words.append("try \(job.attempts)") }
        if let time = time(of: job) { words.append(time) }
        let why = JobWhy.text(job, now: now, paused: tree.paused)
        let open = (tree.needs[job.id] ?? []).filter { $0.isMet == nil }
        if !job.state.isTerminal, !open.isEmpty {
            let names = open.prefix(3).map { TextTable.oneLine($0.parentName ?? "\($0.parent)", width: 40) }
            words.append("needs \(names.joined(separator: ", "))\(open.count > 3 ? " and \(open.count - 3) more" : "")")
        } else if !why.isEmpty, job.state != .succeeded {
            words.append(TextTable.oneLine(why, width: 60))
        }
        return "\(branch)\(words.joined(separator: "  "))  \(job.id)"
    }

    private func time(of job: JobSummary) -> String? {
        guard let begin = job.startedAt else { return nil }
        return AgeText.text(from: begin, to: job.finishedAt ?? now)
    }
}
