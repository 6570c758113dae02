import CellWire
import Model

/// What a simulated tool does, as it stands in its command: one word for each attempt, the last one for all further ones.
///
/// A word is `WHAT:MILLISECONDS`, or `ok:MILLISECONDS:RESULT` with the result as JSON.
package struct ToolScript: Sendable, Hashable {
    package enum What: String, Sendable, CaseIterable {
        case ok, fail, signal, oom
        /// The sandbox goes without a record.
        case lost
        /// It does not end by itself.
        case hang
        /// It hands in a job of its own, lends its place to it, and waits for it.
        case parent
    }

    package struct Act: Sendable, Hashable {
        package let what: What
        package let duration: Duration
        package let result: String?
    }

    package let acts: [Act]

    package init?(command: [String]) {
        guard command.first == "tool" else { return nil }
        acts = command.dropFirst().compactMap { word in
            let parts = word.split(separator: ":", maxSplits: 2).map(String.init)
            guard parts.count >= 2, let what = What(rawValue: parts[0]), let milliseconds = Int64(parts[1]) else {
                return nil
            }
            return Act(what: what, duration: .milliseconds(milliseconds), result: parts.count == 3 ? parts[2] : nil)
        }
        guard !acts.isEmpty, acts.count == command.count - 1 else { return nil }
    }

    package func act(of attempt: Int) -> Act { acts[min(max(attempt, 1), acts.count) - 1] }
}

extension ToolScript.What {
    /// The record that a cell makes of such an end, and the state that comes of it.
    var record: (record: CellRecord, state: JobState)? {
        var record = CellRecord()
        switch self {
        case .ok:
            record.exitCode = 0
            return (record, .succeeded)
        case .fail:
            record.exitCode = 1
            return (record, .failed)
        case .signal:
            record.signal = 11
            return (record, .failed)
        case .oom:
            record.signal = 9
            record.oomKills = 1
            return (record, .oomKilled)
        case .lost, .hang, .parent: return nil
        }
    }
}
