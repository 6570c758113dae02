import Model

/// How far a graph is, in one line.
struct ProgressText {
    let counts: [JobState: Int]
    let elapsed: Duration

    private static let barWidth = 20

    private func sum(_ isMeant: (JobState) -> Bool) -> Int {
        counts.reduce(0) { $0 + (isMeant($1.key) ? $1.value : 0) }
    }

    var total: Int { sum { _ in true } }
    var ended: Int { sum(\.isTerminal) }
    var running: Int { sum(\.isLive) }
    var waiting: Int { total - ended - running }
    var done: Int { counts[.succeeded] ?? 0 }
    var skipped: Int { (counts[.skipped] ?? 0) + (counts[.cancelled] ?? 0) }
    /// Everything that ended otherwise than well, and was begun.
    var failed: Int { ended - done - skipped }

    var line: String {
        let filled = total == 0 ? Self.barWidth : ended * Self.barWidth / total
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.barWidth - filled)
        var words = ["\(waiting) waiting", "\(running) running", "\(done) done", "\(failed) failed"]
        if skipped > 0 { words.append("\(skipped) not run") }
        return "[\(bar)] \(ended)/\(total)  \(words.joined(separator: ", "))  \(AgeText.text(elapsed))"
    }
}
