import CellWire

/// Which files are collected, in which order: what was asked for by name or by pattern, then what has changed.
struct CollectionPlan {
    /// Limits of what patterns and changes may bring together.
    enum Limit {
        static let files = 1024
        /// Bytes of all their paths.
        static let names = 256 << 10
        /// Steps of all matches: about a second.
        static let steps = 200_000_000
    }

    /// One thing to say on the files channel.
    enum Step: Equatable {
        case result(path: [UInt8])
        case artifact(path: [UInt8])
        case problem(path: [UInt8], FileMessage.Problem)
        case change(path: [UInt8], FileMessage.Change)
    }

    private(set) var steps: [Step] = []
    private var mentioned: Set<[UInt8]> = []
    private var filesLeft = Limit.files
    private var namesLeft = Limit.names
    private var matchSteps = 0

    /// - Parameters:
    ///   - walk: what lies beneath `/work`; called only if somebody wants to know.
    ///   - written: the input files, by their paths.
    ///   - isUntouched: compares the content of one whose size is the same.
    init(
        _ spec: CellSpec, walk: () -> FolderWalk, written: [[UInt8]: WrittenFile],
        isUntouched: ([UInt8], WrittenFile) -> Bool
    ) {
        if !spec.resultPath.isEmpty { steps.append(.result(path: Array(spec.resultPath.utf8))) }
        guard spec.collectsChanges || spec.artifactPaths.contains(where: PathPattern.isPattern) else {
            for path in spec.artifactPaths { add(.artifact(path: Array(path.utf8)), Array(path.utf8)) }
            return
        }
        let walk = walk()
        let characters = walk.entries.map { entry in
            entry.path.split(separator: UInt8(ascii: "/")).map { PathPattern.characters($0) }
        }
        for text in spec.artifactPaths {
            if PathPattern.isPattern(text) {
                expand(PathPattern(text), walk, characters)
            } else {
                add(.artifact(path: Array(text.utf8)), Array(text.utf8))
            }
        }
        for gap in walk.gaps { _ = admit(gap.path.isEmpty ? Self.everything : gap.path, gap.problem) }
        if spec.collectsChanges { addChanges(walk, written, isUntouched) }
    }

    /// How the whole of `/work` is named where a problem has no other path.
    private static let everything = Array("**".utf8)

    private mutating func add(_ step: Step, _ path: [UInt8]) {
        if mentioned.insert(path).inserted { steps.append(step) }
    }

    // MARK: Patterns

    private mutating func expand(_ pattern: PathPattern, _ walk: FolderWalk, _ characters: [[[UInt32]]]) {
        let text = Array(pattern.text.utf8)
        var found = false
        for (entry, names) in zip(walk.entries, characters) {
            guard matchSteps < Limit.steps else { return steps.append(.problem(path: text, .tooCostly)) }
            // A folder that the pattern looks into is not a file that it misses.
            if entry.problem == .folder, pattern.descends { continue }
            guard pattern.matches(names, steps: &matchSteps) else { continue }
            found = true
            guard !mentioned.contains(entry.path) else { continue }
            guard admit(entry.path, entry.problem) else { return steps.append(.problem(path: text, .tooMany)) }
        }
        if !found { steps.append(.problem(path: text, .noMatch)) }
    }

    /// Adds what a pattern has found; false if there is no more room.
    private mutating func admit(_ path: [UInt8], _ problem: FileMessage.Problem?) -> Bool {
        guard spend(path) else { return false }
        if let problem = problem ?? (Self.isText(path) ? nil : .badName) {
            add(.problem(path: path, problem), path)
        } else {
            add(.artifact(path: path), path)
        }
        return true
    }

    private mutating func spend(_ path: [UInt8]) -> Bool {
        guard filesLeft > 0, path.count <= namesLeft else { return false }
        filesLeft -= 1
        namesLeft -= path.count
        return true
    }

    // MARK: Changes

    private mutating func addChanges(
        _ walk: FolderWalk, _ written: [[UInt8]: WrittenFile], _ isUntouched: ([UInt8], WrittenFile) -> Bool
    ) {
        var changes: [(path: [UInt8], change: FileMessage.Change, problem: FileMessage.Problem?)] = []
        var missing = Set(written.keys)
        for entry in walk.entries where entry.problem != .folder {
            missing.remove(entry.path)
            guard let file = written[entry.path] else {
                changes.append((entry.path, .added, entry.problem))
                continue
            }
            if entry.problem == nil, entry.size == file.size, isUntouched(entry.path, file) { continue }
            changes.append((entry.path, .modified, entry.problem))
        }
        changes += missing.filter { !walk.isHidden($0) }.map { ($0, .deleted, nil) }
        changes.sort { $0.path.lexicographicallyPrecedes($1.path) }
        // What artifacts have brought already costs nothing more.
        let fitting = changes.filter { mentioned.contains($0.path) || spend($0.path) }
        // Said before the first change: behind it only what belongs to one may stand.
        if fitting.count < changes.count { add(.problem(path: Self.everything, .tooMany), Self.everything) }
        for (path, change, problem) in fitting {
            steps.append(.change(path: path, change))
            guard change != .deleted, Array(path) != resultPath, mentioned.insert(path).inserted else { continue }
            if let problem = problem ?? (Self.isText(path) ? nil : .badName) {
                steps.append(.problem(path: path, problem))
            } else {
                steps.append(.artifact(path: path))
            }
        }
    }

    private var resultPath: [UInt8]? {
        if case .result(let path)? = steps.first { path } else { nil }
    }

    // MARK: Names

    private static func isText(_ path: [UInt8]) -> Bool { String(validating: path, as: UTF8.self) != nil }

    /// A path as it is told: bytes that are no UTF-8 as `\xFF`.
    static func text(of path: [UInt8]) -> String {
        if let text = String(validating: path, as: UTF8.self) { return text }
        return PathPattern.characters(path).reduce(into: "") { text, character in
            if let scalar = Unicode.Scalar(character) {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(character & 0xFF, radix: 16, uppercase: true)
                text += "\\x\(digits.count < 2 ? "0" : "")\(digits)"
            }
        }
    }
}
