import Documents
import Model
import TestSupport
import Testing

@Suite struct DocumentFuzzTests {
    /// Pieces that mean something to a reader, beside single bytes.
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "- ", "? ", "\n", "\n  ", "&a ", "*a", "!!str ", "<<: ", "\"", "'", "|\n",
        "---\n", "%",
        "#", "\t", "no", "1e9", "null", "\\u0000", "\\ud800", "~", "/", "limits", "cpus: ", "\u{0}", "\u{FEFF}", "é",
    ].map { Array($0.utf8) }

    @Test(
        "a broken document is refused with places and remedies, or is still a job: never anything else",
        arguments: [("job.yaml", JobDocumentTests.whole), ("job.json", JobDocumentTests.wholeJSON)], 1...4)
    func broken(_ document: (name: String, text: String), seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<500 {
            var bytes = Array(document.text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, start + Int.random(in: 0...8, using: &generator))
                let piece =
                    Bool.random(using: &generator)
                    ? [UInt8.random(in: 0...255, using: &generator)]
                    : Self.pieces.randomElement(using: &generator) ?? []
                bytes.replaceSubrange(start..<end, with: piece)
            }
            do throws(DocumentMistakes) {
                _ = try JobDocument(reading: bytes, name: document.name)
            } catch {
                refused += 1
                #expect(!error.mistakes.isEmpty, "seed \(seed)")
                for mistake in error.mistakes {
                    #expect(mistake.code.rawValue.hasPrefix("document_"), "seed \(seed): \(mistake)")
                    #expect(mistake.remedy != nil, "seed \(seed): \(mistake)")
                    #expect(mistake.position != nil || mistake.code == .documentWrongType, "seed \(seed): \(mistake)")
                    let isPrintable = mistake.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
                    #expect(isPrintable, "seed \(seed): \(mistake)")
                }
            }
        }
        #expect(refused > 250, "seed \(seed): the mutations hardly ever break anything")
    }
}
