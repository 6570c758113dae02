/// Columns of text, each as wide as its widest cell, two spaces apart.
struct TextTable {
    private var rows: [[String]]

    init(_ headings: [String]) { rows = [headings] }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The most characters of a sentence; it may hold what a sandbox or an engine has said.
    static let sentence = 4000

    /// Text from a job, safe for a terminal: control and direction characters as dots, at most `width` characters.
    static func oneLine(_ text: String, width: Int) -> String {
        let hidden: [Unicode.GeneralCategory] = [.control, .format, .lineSeparator, .paragraphSeparator]
        let plain = String(
            text.map { $0.unicodeScalars.contains { hidden.contains($0.properties.generalCategory) } ? "·" : $0 })
        return plain.count <= width ? plain : "\(plain.prefix(width - 1))…"
    }
}
