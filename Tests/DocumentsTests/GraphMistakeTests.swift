import Documents
import Foundation
import Model
import TestSupport
import Testing

@Suite struct GraphMistakeTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let pointer: String
        let line: Int
        let column: Int
        let says: String
        var testDescription: String { text }
        init(_ text: String, _ pointer: String, _ line: Int, _ column: Int, _ says: String) {
            (self.text, self.pointer, self.line, self.column, self.says) = (text, pointer, line, column, says)
        }
    }

    @Test(
        "each mistake of a graph is told with its pointer, line, column, and what to do",
        arguments: [
            Bad("kind: grap", "/kind", 1, 7, "Did you mean graph?"),
            Bad("kind: graph", "", 1, 1, "has no jobs"),
            Bad("kind: graph\njobs: {}", "/jobs", 2, 7, "1 to 200000"),
            Bad("kind: graph\njobs: [a]", "/jobs", 2, 7, "must be a map"),
            Bad("kind: list\njobs: {a: {}}", "/jobs", 2, 7, "must be a list"),
            Bad("kind: graph\nlimits: {}\njobs: {a: {image: x, command: [b]}}", "/limits", 2, 1, "not a key"),
            Bad("kind: graph\nnam: x\njobs: {a: {image: x, command: [b]}}", "/nam", 2, 1, "Did you mean name?"),
            Bad("kind: graph\njobs: {a: {command: [b]}}", "/jobs/a", 2, 8, "has no image"),
            Bad("kind: graph\njobs: {a: {image: x}}", "/jobs/a", 2, 8, "has no command"),
            Bad("kind: graph\njobs: {A b: {image: x, command: [b]}}", "/jobs/A b", 2, 8, "no name for a node"),
            Bad(
                "kind: graph\ndefaults: {comand: [a]}\njobs: {a: {image: x, command: [b]}}", "/defaults/comand", 2, 12,
                "not a key"),
            Bad("kind: graph\njobs: {a: {image: x, command: [b], need: c}}", "/jobs/a/need", 2, 36, "mean needs?"),
            Bad("kind: graph\njobs: {a: {image: x, command: [b], project: c}}", "/jobs/a/project", 2, 36, "the whole"),
            Bad("kind: graph\njobs: {a: {image: x, command: [b], needs: c}}", "/jobs/a/needs", 2, 43, "no job of this"),
            Bad(
                "kind: graph\njobs: {abc: {image: x, command: [b], needs: acb}}", "/jobs/abc/needs", 2, 45, "mean abc?"),
            Bad("kind: graph\njobs: {a: {image: x, command: [b], needs: a}}", "/jobs/a/needs", 2, 43, "a → a"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], needs: {b: oK}}, b: {image: x, command: [b]}}",
                "/jobs/a/needs/b", 2, 47, "Did you mean ok?"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], needs: {b: {when: 'x!'}}}, b: {image: x, command: [b]}}",
                "/jobs/a/needs/b/when", 2, 54, "is wrong (result,state,exit_code)"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], needs: {b: {if: 'x'}}}, b: {image: x, command: [b]}}",
                "/jobs/a/needs/b", 2, 47, "not {when: CONDITION}"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], needs: [b, b]}, b: {image: x, command: [b]}}",
                "/jobs/a/needs", 2, 47, "twice"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], each: {list: x}}}", "/jobs/a/each", 2, 42, "whose list"
            ),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], each: {from: b, limit: 0}}, b: {image: x, command: [b]}}",
                "/jobs/a/each/limit", 2, 59, "1 to 10000"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], each: {from: b, list: '!'}}, b: {image: x, command: [b]}}",
                "/jobs/a/each/list", 2, 58, "is wrong (result)"),
            Bad("kind: graph\njobs: {a: {approval: q, command: [b]}}", "/jobs/a/command", 2, 25, "runs nothing"),
            Bad("kind: graph\njobs: {a: {approval: ''}}", "/jobs/a/approval", 2, 22, "1 to 1000"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], files: {f: {from: b, result: false}}}, b: {image: x, command: [b]}}",
                "/jobs/a/files/f/result", 2, 65, "is false"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], files: {f: {from: b}}}, b: {image: x, command: [b]}}",
                "/jobs/a/files/f", 2, 47, "what of b is meant"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], files: {f: {from: b, result: true, stdout: true}}}, b: {image: x, command: [b]}}",
                "/jobs/a/files/f", 2, 47, "more than one part"),
            Bad(
                "kind: graph\njobs: {a: {image: x, command: [b], files: {f: {from: c, result: true}}}}",
                "/jobs/a/needs", 2, 44, "no job of this graph"),
            Bad("- {image: x, command: [b], needs: c}", "/0/needs", 1, 28, "kind: graph"),
            Bad("- {image: x, command: [b], name: c}\n- {image: x, command: [b], name: c}", "/1", 2, 3, "at line 1"),
            Bad("- a", "/0", 1, 3, "must be a map"),
        ])
    func bad(_ bad: Bad) throws {
        let mistakes = GraphDocumentTests.mistakes(bad.text)
        let wanted = try #require(
            mistakes.first { $0.pointer.description == bad.pointer }, "\(mistakes.map(\.message))")
        #expect(wanted.code == .documentInvalid)
        #expect(wanted.position == DocumentPosition(line: bad.line, column: bad.column), "\(wanted.message)")
        let told = "\(wanted.message) \(wanted.remedy ?? "")"
        #expect(told.contains(bad.says), "\(told)")
        #expect(mistakes.count == 1, "\(mistakes.map(\.message))")
    }

    @Test("a circle is told as a way from need to need, and a long one without its middle")
    func circle() {
        func text(_ count: Int) -> String {
            let jobs = (0..<count).map { "  j\($0): {needs: j\(($0 + 1) % count)}" } + ["  after: {needs: [j0]}"]
            return "kind: graph\ndefaults: {image: x}\njobs:\n"
                + jobs.map { $0.dropLast() + ", command: [a]}" }.joined(separator: "\n")
        }
        let short = GraphDocumentTests.mistakes(text(3))
        #expect(short.count == 1)
        #expect(short.first?.message.contains("j0 → j1 → j2 → j0 (each arrow is a need)") == true)
        let long = GraphDocumentTests.mistakes(text(30))
        #expect(long.first?.message.contains("j5 → … → j26") == true, "\(long.map(\.message))")
    }

    @Test("a crowd of needs that do not exist is told up to a bound, and guessed at no longer than that")
    func crowd() {
        let jobs = (0..<3000).map { "  j\($0): {image: x, command: [a], needs: k\($0)}" }.joined(separator: "\n")
        let told = GraphDocumentTests.mistakes("kind: graph\njobs:\n\(jobs)")
        #expect(told.count == DocumentBounds.mistakes + 1)
        #expect(told.last?.message.contains("2900 more mistakes") == true)
    }

    @Test(
        "a broken graph is refused with places and remedies, or is still a graph: never anything else", arguments: 1...4
    )
    func broken(seed: Int) {
        let pieces = [
            "{", "}", "[", "]", ":", ",", "- ", "\n", "\n  ", "\"", "no", "null", "ok", "needs", "each", "from",
            "result",
            "jobs", "approval: x", "last", "list",
        ].map { Array($0.utf8) }
        var generator = SeededGenerator(seed: UInt64(seed))
        var refused = 0
        for _ in 0..<400 {
            var bytes = Array(GraphDocumentTests.whole.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                let end = min(bytes.count, start + Int.random(in: 0...8, using: &generator))
                bytes.replaceSubrange(start..<end, with: pieces.randomElement(using: &generator) ?? [])
            }
            do throws(DocumentMistakes) {
                _ = try SubmissionDocument(
                    reading: bytes, name: "g.yaml", checkCondition: GraphDocumentTests.check)
            } catch {
                refused += 1
                #expect(!error.mistakes.isEmpty, "seed \(seed)")
                for mistake in error.mistakes {
                    #expect(mistake.remedy != nil, "seed \(seed): \(mistake)")
                    #expect(mistake.position != nil || mistake.code == .documentWrongType, "seed \(seed): \(mistake)")
                }
            }
        }
        #expect(refused > 100, "seed \(seed): the mutations hardly ever break anything")
    }
}
