import CellWire
import TestSupport
import Testing

@Suite struct PathPatternTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let pattern: String
        let matches: [String]
        let others: [String]
        var testDescription: String { pattern }
    }

    private func matches(_ pattern: String, _ path: String, steps: inout Int) -> Bool {
        let names = path.utf8.split(separator: UInt8(ascii: "/")).map { PathPattern.characters($0) }
        return PathPattern(pattern).matches(names, steps: &steps)
    }

    private func matches(_ pattern: String, _ path: String) -> Bool {
        var steps = 0
        return matches(pattern, path, steps: &steps)
    }

    static let cases = [
        Case(
            pattern: "out/*.png", matches: ["out/a.png", "out/.png", "out/ü b.png", "out/a.png.png"],
            others: ["out/a.jpg", "a.png", "out/sub/a.png", "out/a.png/b", "out/a.pngx", "xout/a.png", "out"]),
        Case(
            pattern: "**/*.csv", matches: ["a.csv", "x/a.csv", "x/y/z/a.csv", ".csv"],
            others: ["a.csvx", "a.csv/b", "csv", "x/y"]),
        Case(pattern: "out/**", matches: ["out/a", "out/a/b/c"], others: ["out", "a/out", "xout/a"]),
        Case(pattern: "**", matches: ["a", "a/b", "a/b/c"], others: []),
        Case(pattern: "**/**/x", matches: ["x", "a/x", "a/b/c/x"], others: ["xx", "x/a"]),
        Case(
            pattern: "a/**/b/**/c", matches: ["a/b/c", "a/x/b/y/z/c", "a/b/b/c/c"],
            others: ["a/c", "a/b", "b/c", "a/b/c/d"]),
        Case(pattern: "?", matches: ["a", "ü", "😀"], others: ["ab", "a/b"]),
        Case(pattern: "[a-c]x", matches: ["ax", "cx"], others: ["dx", "a", "x", "[a-c]x"]),
        Case(pattern: "[!a-c]", matches: ["d", "A", "é"], others: ["a", "b"]),
        Case(pattern: "[^a-c]", matches: ["d"], others: ["a"]),
        Case(pattern: "[]a]", matches: ["]", "a"], others: ["b", "[]a]"]),
        Case(pattern: "[!]a]", matches: ["b"], others: ["]", "a"]),
        Case(pattern: "[a-]", matches: ["a", "-"], others: ["b"]),
        Case(pattern: "[-a]", matches: ["a", "-"], others: ["b"]),
        Case(pattern: "[z-a]", matches: [], others: ["a", "z", "-"]),
        Case(pattern: "[à-ü]*", matches: ["é", "éa"], others: ["a"]),
        Case(pattern: "[*]", matches: ["*"], others: ["a"]),
        Case(pattern: "[ab", matches: ["[ab"], others: ["a", "b", "[a"]),
        Case(pattern: "a[", matches: ["a["], others: ["a"]),
        Case(pattern: "a**b", matches: ["ab", "axxb"], others: ["a/b", "a/x/b"]),
        Case(pattern: "*a*b*", matches: ["ab", "xaxbx", "aabb"], others: ["ba", "a", "b"]),
        Case(pattern: #"\*"#, matches: [#"\x"#, #"\"#], others: ["*"]),
    ]

    @Test("a pattern stands for these and not for those", arguments: cases)
    func meaning(_ testCase: Case) {
        for path in testCase.matches {
            let isMatch = matches(testCase.pattern, path)
            #expect(isMatch, "\(path)")
        }
        for path in testCase.others {
            let isMatch = matches(testCase.pattern, path)
            #expect(!isMatch, "\(path)")
        }
    }

    @Test("only star, question mark and bracket make a pattern; only a double star descends")
    func kinds() {
        for text in ["*", "a?", "x[y", "a/**/b"] { #expect(PathPattern.isPattern(text)) }
        for text in ["a", "a/b.c", #"a\b"#, "a]", "ü"] { #expect(!PathPattern.isPattern(text)) }
        #expect(PathPattern("a/**/b").descends)
        #expect(PathPattern("a/**").descends)
        #expect(!PathPattern("a/*/b**").descends)
    }

    @Test("bytes that are no UTF-8 are characters that wildcards match and letters do not")
    func badBytes() {
        var steps = 0
        let name = [UInt8(ascii: "a"), 0xFF, 0xC3]
        #expect(PathPattern.characters(name).count == 3)
        for (pattern, isMatch) in [("a??", true), ("a*", true), ("a?", false), ("a[!x][!x]", true), ("aÿÃ", false)] {
            let found = PathPattern(pattern).matches([PathPattern.characters(name)], steps: &steps)
            #expect(found == isMatch, "\(pattern)")
        }
        let wide = PathPattern.characters("é€😀".utf8)
        #expect(wide == [0xE9, 0x20AC, 0x1F600])
    }

    @Test("no pattern takes more steps than its length times that of the path")
    func bounded() {
        let cases = [
            (String(repeating: "*a", count: 100) + "b", String(repeating: "a", count: 255)),
            (String(repeating: "*?", count: 100) + "b", String(repeating: "a", count: 255)),
            (String(repeating: "**/a/", count: 100) + "b", Array(repeating: "a", count: 200).joined(separator: "/")),
            (
                String(repeating: "**/*a*a/", count: 50) + "b",
                Array(repeating: "aaaaaaaaaaaaaaab", count: 60).joined(separator: "/")
            ),
            (String(repeating: "*", count: 1000), String(repeating: "a", count: 255)),
        ]
        for (pattern, path) in cases {
            var steps = 0
            _ = matches(pattern, path, steps: &steps)
            #expect(steps <= 4 * (pattern.utf8.count + 1) * (path.utf8.count + 1), "\(pattern.prefix(20)): \(steps)")
        }
    }

    @Test("a random pattern means what a plain recursive reading of it means")
    func reference() {
        func recursive(_ pattern: Substring, _ text: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return recursive(pattern.dropFirst(), text) || (!text.isEmpty && recursive(pattern, text.dropFirst()))
            }
            guard let character = text.first else { return false }
            return (first == "?" || first == character) && recursive(pattern.dropFirst(), text.dropFirst())
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<3000 {
            let pattern = String(
                (0..<Int.random(in: 1...7, using: &generator)).map { _ in "ab*?".randomElement(using: &generator) ?? "a"
                })
            let text = String(
                (0..<Int.random(in: 1...8, using: &generator)).map { _ in "ab".randomElement(using: &generator) ?? "a" }
            )
            let found = matches(pattern, text)
            #expect(found == recursive(pattern[...], text[...]), "\(pattern) on \(text)")
        }
    }
}
