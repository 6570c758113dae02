import Testing

@testable import Commands

@Suite struct TextTableTests {
    @Test("columns are as wide as their widest cell, and no line ends in spaces")
    func columns() {
        var table = TextTable(["ID", "STATE", "X"])
        table.add(["k3v9x2m7q4ta", "ok", "ü"])
        table.add(["1", "succeeded", ""])
        #expect(
            table.lines == [
                "ID            STATE      X",
                "k3v9x2m7q4ta  ok         ü",
                "1             succeeded",
            ])
    }

    @Test("a table without rows is its headings")
    func empty() {
        #expect(TextTable(["A", "B"]).lines == ["A  B"])
    }

    @Test("text from a job cannot move a terminal's cursor")
    func controlCharacters() {
        let all = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar($0) }))
        let line = TextTable.oneLine("a\u{1B}[2Jb\r\n\u{7F}\u{9B}c\(all)", width: 100)
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(line.hasPrefix("a·[2Jb·"))
    }

    @Test("a long text is cut with an ellipsis, one that fits is not")
    func width() {
        #expect(TextTable.oneLine("abcdef", width: 6) == "abcdef")
        #expect(TextTable.oneLine("abcdefg", width: 6) == "abcde…")
        #expect(TextTable.oneLine("", width: 6) == "")
    }
}
