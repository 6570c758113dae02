import ArgumentParser
import Foundation
import Model
import Ports

/// Which jobs a verb means: flags for the commonest keys, and the whole grammar.
struct FilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Jobs in this state, or open, ended, live; may be repeated.", valueName: "state"))
    var state: [String] = []
    @Option(help: ArgumentHelp("job, graph, approval or map; may be repeated.", valueName: "kind")) var kind: [String] =
        []
    @Option(help: ArgumentHelp("Jobs of this queue.", valueName: "name")) var queue: String?
    @Option(help: ArgumentHelp("Jobs of this project.", valueName: "name")) var project: String?
    @Option(help: ArgumentHelp("Jobs of this graph.", valueName: "id")) var root: String?
    @Option(help: ArgumentHelp("Jobs with this name.", valueName: "name")) var name: String?
    @Option(
        help: ArgumentHelp("Jobs accepted since then: 10m, 2h, 7d ago, or a time (RFC 3339).", valueName: "time"))
    var since: String?
    @Flag(help: "Jobs that need a person.") var attention = false
    @Option(
        help: ArgumentHelp(
            "All of it in one: KEY=VALUE,… of \(JobFilterText.Key.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "filter"))
    var filter: String?

    /// Whether nothing was given: every job is meant.
    var isEmpty: Bool { text.isEmpty }

    /// Everything as one filter.
    private var text: String {
        var pairs = state.map { "state=\($0)" } + kind.map { "kind=\($0)" }
        for (key, value) in [("queue", queue), ("project", project), ("root", root), ("name", name), ("since", since)] {
            if let value { pairs.append("\(key)=\(value)") }
        }
        if attention { pairs.append("attention=true") }
        return (pairs + [filter ?? ""]).filter { !$0.isEmpty }.joined(separator: ",")
    }

    /// - Throws: ``InputError`` with everything that is wrong; ``StoreError`` of a root that does not exist.
    func jobFilter(now: WallTime, reader: any JobReader) async throws -> JobFilter {
        // The beginning of a root's id is enough here.
        var pairs: [String] = []
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            let isRoot = parts.count == 2 && parts[0] == JobFilterText.Key.root.rawValue
            pairs.append(isRoot ? "root=\(try await reader.summary(parts[1]).root)" : String(pair))
        }
        do throws(JobFilterText.Mistakes) {
            return try JobFilterText.read(pairs.joined(separator: ","), now: now)
        } catch {
            throw InputError(mistakes: error.mistakes)
        }
    }
}
