/// A sentence on as many lines as it needs.
enum WrappedText {
    /// Room for text below which lines are not broken: they would be worse to read than as they are.
    static let leastRoom = 30

    /// `text`, broken between words so that no line is longer than `columns`, save for a word that is.
    ///
    /// - Parameters:
    ///   - head: what stands before the first line, and `margin` before each further one.
    ///   - columns: `nil` for one line of any length.
    static func lines(_ text: String, head: String, margin: String, columns: Int?) -> [String] {
        guard let columns, columns - margin.count >= leastRoom else { return [head + text] }
        var lines: [String] = []
        var (line, isEmpty) = (head, true)
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                (line, isEmpty) = (margin, true)
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }
}
