package import Model

/// Which jobs are meant, as people write it: `state=failed,queue=gpu,since=10m`.
///
/// The one grammar of `list`, `cancel`, `retry` and the control API. Pairs are parted by commas and must all hold; `state` and `kind`
/// may be there more than once, and mean any of theirs.
package enum JobFilterText {
    /// The keys, in the order in which they are told.
    package enum Key: String, Sendable, CaseIterable {
        case state, kind, project, queue, root, name, image, reason, since, before, attention, held, roots
    }

    /// Words that stand for several states.
    package enum StateGroup: String, Sendable, CaseIterable {
        /// Not ended.
        case open
        case ended
        /// With a sandbox.
        case live

        package var states: Set<JobState> {
            switch self {
            case .open: Set(JobState.allCases.filter { !$0.isTerminal })
            case .ended: Set(JobState.allCases.filter(\.isTerminal))
            case .live: Set(JobState.allCases.filter(\.isLive))
            }
        }
    }

    /// Bytes of a filter.
    package static let mostBytes = 4096
    /// Bytes of one value.
    private static let longestValue = 512

    /// Everything that is wrong with a filter.
    package struct Mistakes: Error, Sendable {
        package let mistakes: [ModelError]
    }

    /// Reads a filter; an empty text means every job.
    ///
    /// - Parameter now: where `since=10m` counts from.
    package static func read(_ text: String, now: WallTime) throws(Mistakes) -> JobFilter {
        guard text.utf8.count <= mostBytes else {
            let count = "\(text.utf8.count) bytes"
            throw Mistakes(mistakes: [.outOfRange(field: "filter", value: count, allowed: "at most \(mostBytes) bytes")]
            )
        }
        var reading = Reading(now: now)
        for pair in text.split(separator: ",") { reading.take(pair) }
        guard reading.mistakes.isEmpty else { throw Mistakes(mistakes: reading.mistakes) }
        return reading.filter
    }

    /// A filter as ``read(_:now:)`` takes it.
    ///
    /// Of a value with a comma there is no such text: what people write has none.
    package static func text(_ filter: JobFilter) -> String {
        var pairs: [(Key, String?)] = filter.states.map(\.rawValue).sorted().map { (.state, $0) }
        pairs += filter.kinds.map(\.rawValue).sorted().map { (.kind, $0) }
        pairs += [
            (.project, filter.project), (.queue, filter.queue), (.root, filter.root?.description),
            (.name, filter.name), (.image, filter.imageName), (.reason, filter.reason),
            (.since, filter.createdSince?.rfc3339), (.before, filter.createdBefore?.rfc3339),
            (.attention, filter.needsAttention?.description), (.held, filter.isHeld?.description),
            (.roots, filter.rootsOnly ? "true" : nil),
        ]
        return pairs.compactMap { key, value in value.map { "\(key.rawValue)=\($0)" } }.joined(separator: ",")
    }

    private struct Reading {
        let now: WallTime
        var filter = JobFilter()
        var mistakes: [ModelError] = []
        private var seen: Set<Key> = []

        init(now: WallTime) { self.now = now }

        mutating func take(_ pair: Substring) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
            let names = Key.allCases.map(\.rawValue)
            guard parts.count == 2, !parts[1].isEmpty, parts[1].utf8.count <= longestValue else {
                return fail("filter", trimmed(pair), "KEY=VALUE, as in state=failed")
            }
            guard let key = Key(rawValue: parts[0]) else {
                return fail(
                    "filter", parts[0], Self.wanted(parts[0], "a key that can be filtered by", names))
            }
            let isRepeated = !seen.insert(key).inserted
            if isRepeated, key != .state, key != .kind { return fail(key.rawValue, parts[1], "given only once") }
            set(key, parts[1])
        }

        private mutating func set(_ key: Key, _ value: String) {
            let field = key.rawValue
            switch key {
            case .state:
                if let state = JobState(rawValue: value) {
                    filter.states.insert(state)
                } else if let group = StateGroup(rawValue: value) {
                    filter.states.formUnion(group.states)
                } else {
                    let words = JobState.allCases.map(\.rawValue) + StateGroup.allCases.map(\.rawValue)
                    fail(field, value, Self.wanted(value, "a state", words))
                }
            case .kind:
                guard let kind = JobKind(rawValue: value) else {
                    return fail(field, value, Self.wanted(value, "a kind", JobKind.allCases.map(\.rawValue)))
                }
                filter.kinds.insert(kind)
            case .project, .queue:
                guard Placement.isName(value) else { return fail(field, value, Placement.nameForm) }
                if key == .project { filter.project = value } else { filter.queue = value }
            case .root:
                do throws(ModelError) {
                    filter.root = try JobID(value)
                } catch {
                    fail(field, value, "the whole id of a graph")
                }
            case .name: filter.name = value
            case .image: filter.imageName = value
            case .reason: filter.reason = value
            case .since: filter.createdSince = time(field, value)
            case .before: filter.createdBefore = time(field, value)
            case .attention: filter.needsAttention = flag(field, value)
            case .held: filter.isHeld = flag(field, value)
            case .roots: filter.rootsOnly = flag(field, value) ?? false
            }
        }

        /// A moment, or how long ago it was.
        private mutating func time(_ field: String, _ value: String) -> WallTime? {
            if let time = WallTime(rfc3339: value) { return time }
            do throws(ModelError) {
                let ago = try Duration(text: value, field: field).wholeMilliseconds
                if ago <= now.milliseconds { return WallTime(milliseconds: now.milliseconds - ago) }
            } catch {
                // ignored: told beneath, with both forms
            }
            fail(field, value, "how long ago (10m, 2h, 7d) or a time (2026-03-01T08:15:00Z)")
            return nil
        }

        private mutating func flag(_ field: String, _ value: String) -> Bool? {
            if let flag = ["true": true, "false": false][value] { return flag }
            fail(field, value, "true or false")
            return nil
        }

        private mutating func fail(_ field: String, _ value: String, _ expected: String) {
            mistakes.append(.malformed(field: field, value: String(value.prefix(80)), expected: expected))
        }

        private static func wanted(_ word: String, _ what: String, _ words: [String]) -> String {
            let guess = Spelling.nearest(to: word, among: words).map { "did you mean \($0)?" }
            return "\(what) (\(guess ?? "there are \(words.joined(separator: ", "))"))"
        }

        private func trimmed(_ text: Substring) -> String {
            String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
