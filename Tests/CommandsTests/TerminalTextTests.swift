import Foundation
import Model
import TestSupport
import Testing

@testable import Commands

@Suite struct TerminalTextTests {
    private func shown(_ bytes: [UInt8], by size: Int = .max) -> String {
        var (text, result) = (TerminalText(), [UInt8]())
        for start in stride(from: 0, to: bytes.count, by: min(size, max(bytes.count, 1))) {
            result += text.shown(Array(bytes[start..<min(bytes.count, start + min(size, bytes.count))]))
        }
        return String(decoding: result + text.end(), as: UTF8.self)
    }

    @Test(
        "nothing of a job's output acts on a terminal, and plain text stays as it is",
        arguments: [
            ("plain\ttext\nof lines\n", "plain\ttext\nof lines\n"), ("ü ☃ 👩‍🚀 日本\n", "ü ☃ 👩‍🚀 日本\n"),
            ("\u{1B}[2Jgone", "^[[2Jgone"), ("\u{1B}]0;title\u{7}", "^[]0;title^G"), ("over\rwritten", "over^Mwritten"),
            ("dos\r\nlines\r\n", "dos\r\nlines\r\n"), ("a\u{8}b\u{7F}c\u{0}", "a^Hb^?c^@"),
            ("\u{9B}31m\u{85}", "\\u{9B}31m\\u{85}"), ("\u{202E}txt.exe", "\\u{202E}txt.exe"), ("", ""),
            ("end\r", "end^M"),
        ])
    func texts(_ text: String, _ wanted: String) {
        let bytes = Array(text.utf8)
        #expect(shown(bytes) == wanted)
        for size in 1...5 { #expect(shown(bytes, by: size) == wanted, "in pieces of \(size)") }
    }

    @Test("bytes that are no text are shown by their numbers, wherever they stand")
    func bytes() {
        let cases: [([UInt8], String)] = [
            ([0xFF, 0x41, 0xC3], "\\xFFA\\xC3"), ([0xE2, 0x98], "\\xE2\\x98"), ([0x80, 0x0A], "\\x80\n"),
            ([0xC0, 0x9B], "\\xC0\\x9B"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"), ([0xF0, 0x9F, 0x41], "\\xF0\\x9FA"),
        ]
        for (bytes, wanted) in cases {
            for size in 1...4 { #expect(shown(bytes, by: size) == wanted) }
        }
    }

    @Test("no control byte ever gets through, whatever the bytes and the pieces")
    func noise() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                [UInt8.random(in: 0...255, using: &generator), 0x1B, 0x0D, 0xC2, 0x9B].randomElement(using: &generator)
                    ?? 0
            }
            let text = shown(bytes, by: Int.random(in: 1...7, using: &generator))
            let raw = text.unicodeScalars.filter { $0.properties.generalCategory == .control }
            #expect(raw.allSatisfy { "\n\t\r".unicodeScalars.contains($0) }, "\(bytes)")
            #expect(!text.replacing("\r\n", with: "").unicodeScalars.contains("\r"), "\(bytes)")
        }
    }
}
