import Testing

@testable import Commands

@Suite struct IgnoreRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let patterns: String
        let ignored: [String]
        let kept: [String]
        var testDescription: String { patterns }
        init(_ patterns: String, _ ignored: [String], _ kept: [String]) {
            (self.patterns, self.ignored, self.kept) = (patterns, ignored, kept)
        }
    }

    /// Paths that end with a slash are folders.
    @Test(
        "patterns mean what they mean to git",
        arguments: [
            Case("", [".git/", ".git", "a/.git/", ".caissonignore"], ["git", ".gitignore", "a"]),
            Case("*.log", ["a.log", "b/c.log", "d.log/"], ["a.logs", "log"]),
            Case("/a", ["a", "a/"], ["b/a"]), Case("a/b", ["a/b"], ["c/a/b", "b"]),
            Case("build/", ["build/", "x/build/"], ["build", "x/build"]), Case("a/**", ["a/b", "a/b/c"], ["a/", "a"]),
            Case("**/x", ["x", "a/x", "a/b/x"], ["xx"]), Case("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b", "x/a/b"]),
            Case("?.c", ["a.c"], ["ab.c", ".c"]), Case("[ab].c", ["a.c", "b.c"], ["c.c"]),
            Case("*\n!keep", ["a", "b/"], ["keep", "b/keep"]), Case("!.git", [], [".git/"]),
            Case("# a\n\n  \n#b\nc  ", ["c"], ["a", "# a", "#b"]), Case("*.o\n!a.o\n*.o", ["a.o"], []),
            Case("a b", ["a b"], ["a"]), Case("x\r\ny\r\n", ["x", "y"], []), Case("*", [".hidden"], []),
        ])
    func patterns(_ testCase: Case) throws {
        let rules = try IgnoreRules(testCase.patterns)
        func ignores(_ path: String) -> Bool {
            rules.ignores(path.split(separator: "/").map(String.init), isFolder: path.hasSuffix("/"))
        }
        for path in testCase.ignored { #expect(ignores(path), "\(path)") }
        for path in testCase.kept { #expect(!ignores(path), "\(path)") }
    }

    @Test("a line that cannot be meant is named", arguments: [("a\n\\#b", 2), ("/", 1), ("a\n!\n", 2), ("!/", 1)])
    func mistakes(_ text: String, _ line: Int) {
        do throws(IgnoreRules.Mistake) {
            _ = try IgnoreRules(text)
            Issue.record("it was read")
        } catch {
            #expect(error.line == line)
        }
    }

    @Test("the number of patterns is bounded")
    func bound() throws {
        _ = try IgnoreRules(String(repeating: "a\n", count: IgnoreRules.patterns))
        #expect(throws: IgnoreRules.Mistake.self) {
            try IgnoreRules(String(repeating: "a\n", count: IgnoreRules.patterns + 1))
        }
    }
}
