import ControlWire
import Model
import Ports

/// A tree that is shown again whenever something of it has changed, until its top has ended.
///
/// On a terminal it is drawn in place; into a pipe goes one JSON object for each state that a job comes to, and for each count.
struct TreeWatch {
    let reference: String
    let reader: any JobReader
    let news: any JobNews
    let isAll: Bool
    let output: Output
    /// The time now.
    let now: @Sendable () -> WallTime

    func run() async throws {
        // From before the tree is read, so that no change is missed.
        var seen = try await news.newest()
        var shown = Shown()
        let tree = try await TreeCommand.tree(reference, reader: reader)
        try show(tree, &shown)
        guard !tree.top.state.isTerminal else { return }
        try await news.follow(after: seen) { event in
            // What was read includes it already.
            guard event.ordinal > seen else { return true }
            seen = try await news.newest()
            let tree = try await TreeCommand.tree(reference, reader: reader)
            try show(tree, &shown)
            return !tree.top.state.isTerminal
        }
    }

    /// What is on the screen, or was told.
    private struct Shown {
        var lines: [String] = []
        var states: [JobID: JobState] = [:]
        var counts: [JobState: Int]?
    }

    private func show(_ tree: JobTree, _ shown: inout Shown) throws {
        if output.isTerminal { try draw(tree, &shown) } else { try tell(tree, &shown) }
    }

    // MARK: On a terminal

    private func draw(_ tree: JobTree, _ shown: inout Shown) throws {
        let now = now()
        let elapsed = Duration.milliseconds(
            (tree.top.finishedAt ?? now).milliseconds - tree.top.createdAt.milliseconds)
        // What is higher than the screen could not be drawn over.
        let most = isAll ? .max : max(1, (output.rows ?? 24) - 4)
        let text = TreeText(tree: tree, now: now, most: most)
        let lines = (text.lines + [ProgressText(counts: tree.counts, elapsed: elapsed).line]).map { fitting($0) }
        guard lines != shown.lines else { return }
        let up = shown.lines.isEmpty ? "" : "\u{1B}[\(shown.lines.count)A"
        try output.drawing(up + "\r\u{1B}[J" + lines.map { "\($0)\n" }.joined())
        shown.lines = lines
    }

    private func fitting(_ line: String) -> String {
        guard let columns = output.columns, line.count >= columns, columns > 1 else { return line }
        return String(line.prefix(columns - 1))
    }

    // MARK: Into a pipe

    private func tell(_ tree: JobTree, _ shown: inout Shown) throws {
        struct Change: Encodable {
            let id, kind, state: String
            let name, reason: String?
        }
        struct Progress: Encodable { let waiting, running, done, failed, skipped, total: Int }
        for job in [tree.top] + tree.nodes.map(\.job) where shown.states[job.id] != job.state {
            shown.states[job.id] = job.state
            try output.line(
                Output.compactJSON(
                    Change(
                        id: "\(job.id)", kind: job.kind.rawValue, state: job.state.rawValue, name: job.name,
                        reason: job.reason)))
        }
        guard shown.counts != tree.counts else { return }
        shown.counts = tree.counts
        let text = ProgressText(counts: tree.counts, elapsed: .zero)
        try output.line(
            Output.compactJSON(
                Progress(
                    waiting: text.waiting, running: text.running, done: text.done, failed: text.failed,
                    skipped: text.skipped, total: text.total)))
    }
}
