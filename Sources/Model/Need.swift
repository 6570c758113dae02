/// What a node of a graph asks of another one before it may begin.
package struct Need: Sendable, Hashable, Codable {
    /// The other node's name in the same graph.
    package var node: String
    package var on: Outcome

    package init(node: String, on: Outcome = .ok) { (self.node, self.on) = (node, on) }

    /// Which end of the other node meets the need.
    package enum Outcome: Sendable, Hashable {
        /// It succeeded.
        case ok
        /// It failed, was denied or timed out, ran out of memory or came to an error.
        case fail
        /// It ended, however.
        case any
        /// It was not begun.
        case skipped
        /// A condition over its `result`, `state` and `exit_code` holds.
        case when(String)

        /// The words of those that are no condition.
        package static let words: [String: Outcome] = ["ok": .ok, "fail": .fail, "any": .any, "skipped": .skipped]

        /// Whether a node that ended in `state` meets this; `nil` if a condition has to be asked.
        package func isMet(by state: JobState) -> Bool? {
            switch self {
            case .ok: state == .succeeded
            case .fail: [.failed, .timedOut, .oomKilled, .errored, .denied].contains(state)
            case .any: state.isTerminal
            case .skipped: state == .skipped
            // What was not begun has no result to be asked about.
            case .when: [.skipped, .cancelled, .denied].contains(state) ? false : nil
            }
        }
    }
}

extension Need.Outcome: Codable {
    private enum CodingKeys: String, CodingKey { case when }

    /// One of ``words``, or an object with the member `when`.
    package init(from decoder: any Decoder) throws {
        if let values = try? decoder.container(keyedBy: CodingKeys.self) {  // ignored: it is a word then
            self = .when(try values.decode(String.self, forKey: .when))
            return
        }
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let outcome = Self.words[word] else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(word)\" is no outcome")
        }
        self = outcome
    }

    package func encode(to encoder: any Encoder) throws {
        if case .when(let condition) = self {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(condition, forKey: .when)
            return
        }
        var container = encoder.singleValueContainer()
        try container.encode(Self.words.first { $0.value == self }?.key ?? "any")
    }
}
