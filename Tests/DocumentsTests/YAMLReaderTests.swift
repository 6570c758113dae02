import Model
import Testing

@testable import Documents

@Suite struct YAMLReaderTests {
    private func read(_ text: String) -> (node: DocumentNode?, mistakes: [DocumentMistake]) {
        DocumentReader.read(Array(text.utf8), name: "a.yaml")
    }

    @Test("maps, lists and scalars of every style are read, with their places")
    func values() throws {
        let text = """
            # a comment
            plain: some words
            é: 'single ''quoted'''
            list:
            - "double \\n"
            - [1, {a: b}]
            block: |
              one
              two

            """
        let (node, mistakes) = read(text)
        #expect(mistakes == [])
        guard case .map(let members)? = node?.value, case .list(let items) = members[2].node.value,
            case .list(let inner) = items[1].value
        else {
            Issue.record("\(String(describing: node))")
            return
        }
        #expect(members.map(\.key) == ["plain", "é", "list", "block"])
        let texts = [members[0].node, members[1].node, items[0], members[3].node].map { node in
            if case .string(let text) = node.value { text } else { "?" }
        }
        #expect(texts == ["some words", "single 'quoted'", "double \n", "one\ntwo\n"])
        #expect(members[0].node.position == DocumentPosition(line: 2, column: 8))
        #expect(members[1].node.position == DocumentPosition(line: 3, column: 4))
        #expect(inner[1].position == DocumentPosition(line: 6, column: 7))
    }

    @Test(
        "a plain scalar is what every reader of YAML takes it for",
        arguments: [
            ("x", "a string"), ("256MiB", "a string"), ("60s", "a string"), ("python:3.11", "a string"),
            ("-e", "a string"), ("--", "a string"), ("7z", "a string"), ("a1", "a string"), ("yesterday", "a string"),
            ("nope", "a string"), ("1", "a number"), ("-1.5", "a number"), ("1e3", "a number"), ("0", "a number"),
            ("true", "a boolean"), ("false", "a boolean"), ("null", "empty"), ("~", "empty"), ("", "empty"),
        ])
    func clear(_ text: String, _ kind: String) {
        let (node, _) = read("a: \(text)\n")
        guard case .map(let members)? = node?.value else {
            Issue.record("no map")
            return
        }
        #expect(members.map(\.node.kind) == [kind])
    }

    @Test(
        "a plain scalar that readers of YAML do not agree on is unclear",
        arguments: [
            "no", "No", "NO", "yes", "on", "Off", "y", "N", "True", "FALSE", "Null", "NULL", "017", "0o17", "0x1F",
            "0b1", "1_000", "12:30", "1:30:00", "-1:30", ".5", "1.", "+1", ".inf", "-.INF", ".NaN", "2026-01-31",
            "2026-01-31T00:00:00Z", "2026-1-1 00:00:00", "1.2.3", "1,000", "=", "08",
        ])
    func unclear(_ text: String) {
        let (node, _) = read("- \(text)\n")
        guard case .list(let items)? = node?.value, case .unclear(let seen)? = items.first?.value else {
            Issue.record("\(String(describing: node))")
            return
        }
        #expect(seen == text)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let line: Int
        let column: Int
        let says: String
        var testDescription: String { text }
        init(_ text: String, _ line: Int, _ column: Int, _ says: String) {
            (self.text, self.line, self.column, self.says) = (text, line, column, says)
        }
    }

    @Test(
        "what is not YAML, or not of its safe part, is refused where it stands",
        arguments: [
            Bad("a: [1, 2\n", 2, 1, "cannot be read"), Bad("a: b: c\n", 1, 5, "cannot be read"),
            Bad("a:\n\t- b\n", 2, 1, "cannot be read"), Bad("a: \"x\n", 2, 1, "cannot be read"),
            Bad("a: }\n", 1, 4, "cannot be read"), Bad("a: \u{1}\n", 1, 4, "cannot be read"),
            Bad("a: %x\n", 1, 4, "cannot be read"), Bad("a: &x 1\n", 1, 4, "anchor"), Bad("a: *x\n", 1, 4, "alias"),
            Bad("a: !!str 1\n", 1, 4, "tag"), Bad("a: !x [1]\n", 1, 4, "tag"), Bad("&x a: 1\n", 1, 1, "anchor"),
            Bad("a: {<<: {b: c}}\n", 1, 5, "merge"), Bad("? [a]\n: 1\n", 1, 3, "as a key"),
            Bad("no: 1\n", 1, 1, "key that"), Bad("1: 1\n", 1, 1, "key that"),
            Bad("a: 1\n---\nb: 1\n", 2, 1, "another one"), Bad("--- a\n...\n--- b\n", 3, 1, "another one"),
        ])
    func refused(_ bad: Bad) throws {
        let (_, mistakes) = read(bad.text)
        let mistake = try #require(mistakes.first)
        #expect(mistakes.count == 1)
        #expect(mistake.code == .documentBadYAML)
        #expect(mistake.message.contains(bad.says), "\(mistake.message)")
        #expect(mistake.position == DocumentPosition(line: bad.line, column: bad.column), "\(mistake.message)")
    }

    @Test("a key that is there twice is told, and reading goes on; quotes make no other key of it")
    func duplicates() {
        let (node, mistakes) = read("a: 1\nb: {c: 1, \"c\": 2}\na: 3\n")
        #expect(node != nil)
        #expect(mistakes.map(\.pointer.description) == ["/b/c", "/a"])
        #expect(mistakes.map(\.code) == [.documentInvalid, .documentInvalid])
    }

    @Test("a document without content has no value, and directives and end marks are no harm")
    func emptiness() {
        for text in ["", "# nothing\n", "\n\n"] { #expect(read(text).node == nil) }
        #expect(read("%YAML 1.2\n---\na: b\n...\n").mistakes == [])
    }

    @Test("depth and number of values are bounded, in every style")
    func bounds() {
        let depth = DocumentBounds.depth
        let flow = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(read(flow(depth)).mistakes == [])
        let block = { (count: Int) in String(repeating: "- ", count: count) + "x" }
        #expect(read(block(depth)).mistakes == [])
        let indented = (0..<200).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        let deep = [
            flow(depth + 1), block(depth + 1), indented, String(repeating: "[", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "{a: ", count: 100_000),
        ]
        for text in deep { #expect(read(text).mistakes.map(\.code) == [.documentTooLarge], "\(text.prefix(20))") }
        // A key that is a map is refused before it can be deep.
        #expect(read(String(repeating: "? ", count: 100_000)).mistakes.map(\.code) == [.documentBadYAML])
        let flat = { (count: Int) in String(repeating: "- 1\n", count: count) }
        #expect(read(flat(DocumentBounds.nodes - 1)).mistakes == [])
        #expect(read(flat(DocumentBounds.nodes)).mistakes.map(\.code) == [.documentTooLarge])
    }

    @Test("a document that would grow a thousandfold by aliases ends at its first alias")
    func laughs() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let (node, mistakes) = read(text)
        #expect(node == nil)
        #expect(mistakes.map(\.code) == [.documentBadYAML, .documentBadYAML, .documentBadYAML])
        #expect(mistakes.last?.message.contains("alias") == true)
    }
}
