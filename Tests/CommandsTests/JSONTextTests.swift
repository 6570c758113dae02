import Foundation
import Testing

@testable import Commands

@Suite struct JSONTextTests {
    @Test(
        "what a terminal may obey or hide is escaped in JSON, and nothing else",
        arguments: [
            ("plain \u{200D} ü 日本\n", "plain \u{200D} ü 日本\n"), ("a\u{9B}2Jb", "a\\u009b2Jb"), ("\u{7F}", "\\u007f"),
            ("\u{202E}txt", "\\u202etxt"), ("\u{E0041}", "\\udb40\\udc41"), ("\u{85}\u{2028}", "\\u0085\\u2028"),
        ])
    func safe(_ text: String, _ wanted: String) {
        #expect(JSONText.safe(text) == wanted)
    }

    @Test("the value stays the same")
    func value() throws {
        let words = ["\u{1B}]0;owned\u{7}", "\u{9B}31m", "\u{202E}\u{E0041}", "\\\"\n\u{2028}"]
        let json = try JSONEncoder().encode(words)
        let safe = JSONText.safe(String(decoding: json, as: UTF8.self))
        #expect(safe.unicodeScalars.allSatisfy { !TerminalText.isHidden($0) })
        #expect(try JSONDecoder().decode([String].self, from: Data(safe.utf8)) == words)
    }
}
