/// Named lists of words, each over as many lines as it takes.
enum TextRows {
    private static let nameWidth = 11
    private static let textWidth = 108

    static func lines(_ name: String, _ words: [String], separator: String = ", ") -> [String] {
        var lines: [String] = []
        var line = ""
        for (index, word) in words.enumerated() {
            let word = TextTable.oneLine(word, width: textWidth) + (index + 1 < words.count ? separator : "")
            if !line.isEmpty, line.count + word.count > textWidth {
                lines.append(line)
                line = ""
            }
            line += word
        }
        return (lines + [line]).enumerated().map { index, text in
            let text = text.last == " " ? String(text.dropLast()) : text
            let name = index == 0 ? name : ""
            return name + String(repeating: " ", count: max(1, nameWidth - name.count)) + text
        }
    }
}
