import Foundation

/// What a session of commands printed, written so that it is the same each time.
///
/// The rules, in this order: the data folder is `HOME` and the user's name `USER`; an id is the job's name, filled with dots to the length of
/// an id; a time is `TIME`, a duration or an age `AGE`, a process id `PID`, free space `SPACE`; more than two spaces within a line are
/// two. Lines of stderr begin with `! `, and an exit status other than 0 is told.
struct Transcript {
    private(set) var text = ""
    /// What stands for which id.
    private var names: [String: String] = [:]
    private let home: String
    private let user: String

    init(home: String, user: String) { (self.home, self.user) = (home, user) }

    /// Has an id written as `name`; one that has a name already keeps it.
    mutating func name(_ id: String, _ name: String) {
        guard names[id] == nil else { return }
        var free = name
        var count = 1
        while names.values.contains(Self.filled(free)) {
            count += 1
            free = "\(name)-\(count)"
        }
        names[id] = Self.filled(free)
    }

    /// As long as an id.
    private static func filled(_ name: String) -> String {
        let cut = String(name.prefix(12))
        return cut + String(repeating: ".", count: 12 - cut.count)
    }

    mutating func add(heading: String) { text += "\n# \(heading)\n" }

    mutating func add(_ words: [String], _ outcome: Outcome) {
        let shown = words.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
        text += "\n$ caisson \(normal(shown))\n"
        for line in outcome.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast(1) {
            text += "\(normal(String(line)))\n"
        }
        for line in outcome.err.split(separator: "\n") { text += "! \(normal(String(line)))\n" }
        if outcome.status != 0 { text += "(exit status \(outcome.status))\n" }
    }

    private func normal(_ line: String) -> String {
        var line = line.replacing(home, with: "HOME")
        for (id, name) in names { line = line.replacing(id, with: name) }
        line.replace("by \(user)", with: "by USER")
        line.replace("\(user) holds", with: "USER holds")
        let rules: [(Regex<Substring>, String)] = [
            (/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?Z/, "TIME"), (/[0-9]+ MiB free/, "SPACE"),
            (/process [0-9]+/, "process PID"), (/daemon [0-9]+ has/, "daemon PID has"),
            (/\b[0-9]+(?:\.[0-9]+)? ?(?:ms|s|m|h|d)\b/, "AGE"),
        ]
        for (pattern, word) in rules { line.replace(pattern, with: word) }
        let indent = line.prefix { $0 == " " }
        let rest = line.dropFirst(indent.count).replacing(#/ {3,}/#, with: "  ")
        return indent + String(String(rest).reversed().drop { $0 == " " }.reversed())
    }
}
