/// Guesses at what somebody meant who wrote a word that does not exist.
package enum Spelling {
    /// Longer words are not guessed at: the effort grows with the product of the lengths.
    private static let longestWord = 64

    /// The one of `words` that `word` is most likely a slip of: at most one letter in three was missed, added, replaced or
    /// swapped with its neighbour; `nil` if there is none.
    package static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        let lower = Array(word.lowercased().unicodeScalars)
        guard lower.count <= longestWord else { return nil }
        let guesses = words.map { (word: $0, distance: distance(lower, Array($0.lowercased().unicodeScalars))) }
        guard let best = guesses.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, lower.count / 3) ? best.word : nil
    }

    /// The number of single slips between two words (optimal string alignment).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, letter) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var steps = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    steps = min(steps, rows[i - 1][j - 1] + 1)
                }
                row.append(steps)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
