import Testing

@testable import Commands

@Suite struct WrappedTextTests {
    @Test("lines are broken between words, and further ones begin at the margin")
    func broken() {
        let lines = WrappedText.lines("one two three four", head: "ok  ", margin: "    ", columns: 34)
        #expect(lines == ["ok  one two three four"])
        let narrow = WrappedText.lines(
            "a sentence that is longer than a line of a terminal may be", head: "ok  ", margin: "    ", columns: 34)
        #expect(narrow == ["ok  a sentence that is longer than", "    a line of a terminal may be"])
        #expect(narrow.allSatisfy { $0.count <= 34 })
    }

    @Test("a word that is longer than a line has one of its own; no word is lost")
    func longWord() {
        let word = String(repeating: "x", count: 60)
        let lines = WrappedText.lines("see \(word) now", head: "", margin: "  ", columns: 40)
        #expect(lines == ["see", "  \(word)", "  now"])
    }

    @Test("without a terminal, or with too narrow a one, lines are not broken")
    func whole() {
        let text = String(repeating: "word ", count: 30)
        #expect(WrappedText.lines(text, head: "-", margin: " ", columns: nil) == ["-" + text])
        #expect(WrappedText.lines(text, head: "-", margin: "          ", columns: 39) == ["-" + text])
    }
}
