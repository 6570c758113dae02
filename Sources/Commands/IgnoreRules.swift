import CellWire

/// What a folder's `.caissonignore` leaves out: the patterns of `.gitignore`.
///
/// One pattern a line; blank lines and lines that begin with `#` say nothing. `*`, `?` and `[a-z]` stand for parts of a name,
/// `**` for any folders; a pattern with a slash at its beginning or in its middle begins at the folder itself, any other
/// matches a name at every depth; a slash at the end means folders only. `!` takes back what an earlier pattern left out, but
/// nothing of a folder that is left out as a whole. The last pattern that matches counts. A backslash is refused: `[*]` is how
/// a star that means itself is written.
struct IgnoreRules: Sendable {
    /// The file in a folder's root that holds the patterns.
    static let fileName = ".caissonignore"
    /// Left out unless a pattern takes it back.
    static let builtIn = "\(fileName)\n.git\n"
    /// More bytes than this are not read.
    static let bytes = 64 << 10
    static let patterns = 1000

    private struct Rule: Sendable {
        let pattern: PathPattern
        let isNegated: Bool
        let isFoldersOnly: Bool
    }

    /// Why a line is refused; counted from 1.
    struct Mistake: Error, Hashable {
        let line: Int
        let problem: String
    }

    private var rules: [Rule] = []

    /// The built-in rules, and those of `text` after them.
    init(_ text: String = "") throws(Mistake) {
        for line in Self.builtIn.split(separator: "\n") { rules.append(Self.rule(line)) }
        var count = 0
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            let line = line.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            guard let first = line.first, first != "#" else { continue }
            if line.contains("\\") { throw Mistake(line: index + 1, problem: "has a backslash") }
            let rule = Self.rule(Substring(String(line)))
            if rule.pattern.text.allSatisfy({ $0 == "/" }) {
                throw Mistake(line: index + 1, problem: "names nothing")
            }
            rules.append(rule)
            count += 1
            guard count <= Self.patterns else {
                throw Mistake(line: index + 1, problem: "is beyond the \(Self.patterns) patterns that are read")
            }
        }
    }

    private static func rule(_ line: Substring) -> Rule {
        let isNegated = line.first == "!"
        var text = isNegated ? line.dropFirst() : line
        let isFoldersOnly = text.last == "/"
        if isFoldersOnly { text = text.dropLast() }
        let isRooted = text.contains("/")
        return Rule(
            pattern: PathPattern(isRooted ? String(text) : text.isEmpty ? "" : "**/\(text)"), isNegated: isNegated,
            isFoldersOnly: isFoldersOnly)
    }

    /// Whether the path with these names, beneath the folder, is left out.
    func ignores(_ path: [String], isFolder: Bool) -> Bool {
        let names = path.map { PathPattern.characters($0.utf8) }
        var steps = 0
        let last = rules.last { ($0.isFoldersOnly ? isFolder : true) && $0.pattern.matches(names, steps: &steps) }
        return last.map { !$0.isNegated } ?? false
    }
}
