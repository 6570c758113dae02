import Model
import Testing

@testable import Documents

@Suite struct DocumentTextTests {
    private func refusal(_ bytes: [UInt8]) -> DocumentMistake? { DocumentText.mistake(in: bytes, document: "d") }

    struct Bad: Sendable {
        let bytes: [UInt8]
        let line: Int
        let column: Int
        init(_ bytes: [UInt8], _ line: Int, _ column: Int) {
            (self.bytes, self.line, self.column) = (bytes, line, column)
        }
    }

    @Test(
        "what is no plain UTF-8 is refused where it begins",
        arguments: [
            Bad([0xEF, 0xBB, 0xBF, 0x61], 1, 1), Bad([0xFF, 0xFE, 0x61, 0], 1, 1), Bad([0xFE, 0xFF, 0, 0x61], 1, 1),
            Bad([0x61, 0x0A, 0xC3, 0xA9, 0xFF], 2, 2), Bad([0x61, 0xC3], 1, 2), Bad([0xC0, 0xAF], 1, 1),
            Bad([0x61, 0xED, 0xA0, 0x80], 1, 2), Bad([0x61, 0x0A, 0x62, 0x00], 2, 2),
            Bad([0xF4, 0x90, 0x80, 0x80], 1, 1),
        ])
    func encodings(_ bad: Bad) throws {
        let mistake = try #require(refusal(bad.bytes))
        #expect(mistake.code == .documentBadEncoding)
        #expect(mistake.position == DocumentPosition(line: bad.line, column: bad.column), "\(mistake.message)")
    }

    @Test("more than the bound is refused before anything is read")
    func tooLarge() {
        let most = Int(DocumentBounds.bytes.bytes)
        #expect(refusal([UInt8](repeating: 0x20, count: most)) == nil)
        #expect(refusal([UInt8](repeating: 0xFF, count: most + 1))?.code == .documentTooLarge)
    }

    @Test("the form goes by the ending, else by the first character")
    func forms() {
        let json = Array(" \n{}".utf8)
        let yaml = Array("kind: job".utf8)
        let cases: [(String, [UInt8], DocumentForm)] = [
            ("a.json", yaml, .json), ("A.JSON", yaml, .json), ("a.yaml", json, .yaml), ("x/a.yml", json, .yaml),
            ("standard input", json, .json), ("standard input", yaml, .yaml), ("job", Array("[".utf8), .json),
            ("job", [], .yaml), ("a.json.txt", yaml, .yaml),
        ]
        for (name, bytes, form) in cases { #expect(DocumentForm(name: name, bytes: bytes) == form, "\(name)") }
    }

    @Test(
        "base64 has one form for each content",
        arguments: [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), (" Zm9v\nYmE= ", "fooba"), ("Zm9vYmFy", "foobar")])
    func base64(_ text: String, _ wanted: String) {
        #expect(Base64.bytes(text) == Array(wanted.utf8))
    }

    @Test(
        "other base64 is refused",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm9-", "Zm9_", "é", "Z===", "Zm=v",
            "Zm=A",
        ])
    func badBase64(_ text: String) {
        #expect(Base64.bytes(text) == nil)
    }
}
