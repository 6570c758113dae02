import Model
import Testing

@testable import Documents

@Suite struct JSONReaderTests {
    private func read(_ text: String) -> (node: DocumentNode?, mistakes: [DocumentMistake]) {
        DocumentReader.read(Array(text.utf8), name: "a.json")
    }

    @Test("every kind of value is read, with its place")
    func values() throws {
        let text = "{\"a\": [1, -2.5e+3, true, false, null],\n  \"é\": {\"b\\/\": \"x\\n\\u00e9\\ud83d\\ude00\"}}\n"
        let (node, mistakes) = read(text)
        #expect(mistakes == [])
        guard case .map(let members)? = node?.value, case .list(let items) = members[0].node.value,
            case .map(let inner) = members[1].node.value
        else {
            Issue.record("\(String(describing: node))")
            return
        }
        #expect(members.map(\.key) == ["a", "é"])
        #expect(items.map(\.kind) == ["a number", "a number", "a boolean", "a boolean", "empty"])
        if case .number(let text) = items[1].value { #expect(text == "-2.5e+3") } else { Issue.record("\(items[1])") }
        #expect(items[2].position == DocumentPosition(line: 1, column: 20))
        #expect(members[1].keyPosition == DocumentPosition(line: 2, column: 3))
        #expect(inner[0].key == "b/")
        #expect(inner[0].node.position == DocumentPosition(line: 2, column: 16))
        if case .string(let text) = inner[0].node.value { #expect(text == "x\né😀") } else { Issue.record("no string") }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let column: Int
        var testDescription: String { text }
        init(_ text: String, _ column: Int) { (self.text, self.column) = (text, column) }
    }

    @Test(
        "what is not JSON is refused where it begins",
        arguments: [
            Bad("", 1), Bad("{", 2), Bad("{\"a\": 1,}", 9), Bad("[1,]", 4), Bad("{'a': 1}", 2), Bad("{a: 1}", 2),
            Bad("[1 2]", 4), Bad("{\"a\" 1}", 6), Bad("{\"a\": 1} x", 10), Bad("// x\n{}", 1), Bad("[01]", 3),
            Bad("[+1]", 2), Bad("[.5]", 2), Bad("[1.]", 4), Bad("[1e]", 4), Bad("[0x1]", 3), Bad("[NaN]", 2),
            Bad("[tru]", 2), Bad("[\"a]", 5), Bad("[\"\\x\"]", 3), Bad("[\"\\u12g4\"]", 3), Bad("[\"\\ud800\"]", 3),
            Bad("[\"\\udc00\"]", 3), Bad("[\"\\ud800\\u0041\"]", 3), Bad("[\"\t\"]", 3), Bad("[-]", 3),
            Bad("[\"\\u+123\"]", 3),
        ])
    func refused(_ bad: Bad) throws {
        let (node, mistakes) = read(bad.text)
        #expect(node == nil)
        let mistake = try #require(mistakes.first)
        #expect(mistakes.count == 1)
        #expect(mistake.code == .documentBadJSON)
        #expect(mistake.position == DocumentPosition(line: 1, column: bad.column), "\(mistake.message)")
        #expect(mistake.remedy != nil)
    }

    @Test("a key that is there twice is told, and reading goes on")
    func duplicates() {
        let (node, mistakes) = read("{\"a\": 1, \"b\": {\"c\": 1,\n\"c\": 2}, \"a\": 3}")
        #expect(node != nil)
        #expect(mistakes.map(\.pointer.description) == ["/b/c", "/a"])
        #expect(
            mistakes.map(\.position) == [DocumentPosition(line: 2, column: 1), DocumentPosition(line: 2, column: 10)])
    }

    @Test("depth and number of values are bounded")
    func bounds() {
        let depth = DocumentBounds.depth
        let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(read(deep(depth)).mistakes == [])
        #expect(read(deep(depth + 1)).mistakes.map(\.code) == [.documentTooLarge])
        #expect(read(String(repeating: "[", count: 100_000)).mistakes.map(\.code) == [.documentTooLarge])
        #expect(read(String(repeating: "{\"a\":", count: 100_000)).mistakes.map(\.code) == [.documentTooLarge])
        let flat = { (count: Int) in "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]" }
        #expect(read(flat(DocumentBounds.nodes - 1)).mistakes == [])
        #expect(read(flat(DocumentBounds.nodes)).mistakes.map(\.code) == [.documentTooLarge])
    }
}
