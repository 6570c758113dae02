import Foundation
import Model
import TestSupport
import Testing

@testable import Conditions

@Suite struct ConditionErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let source: String
        let kind: ConditionError.Kind
        /// Where the caret stands.
        let column: Int
        /// What the remedy speaks of.
        let hint: String?
        init(_ source: String, _ kind: ConditionError.Kind, _ column: Int, _ hint: String? = nil) {
            (self.source, self.kind, self.column, self.hint) = (source, kind, column, hint)
        }
        var testDescription: String { source }
    }

    private static func error(of source: String) -> ConditionError? {
        do throws(ConditionError) {
            _ = try Condition(source, names: ConditionTests.names).value(of: ConditionTests.given)
        } catch {
            return error
        }
        return nil
    }

    @Test(
        "what cannot be read is told with its kind, its place and what to write",
        arguments: [
            Case("", .syntax, 1, "True"), Case("1 +", .syntax, 4), Case("(1", .syntax, 3), Case("1)", .syntax, 2),
            Case("1 2", .syntax, 3),
            Case("[1, 2", .syntax, 6), Case("1 if 2", .syntax, 7), Case("1 not 2", .syntax, 7),
            Case("a.", .unknownName, 1),
            Case("state = 'x'", .syntax, 7, "=="), Case("!state", .syntax, 1, "not"), Case("'abc", .syntax, 1, "Close"),
            Case("1 +\n 2", .syntax, 2, "parentheses"), Case("12abc", .syntax, 1, "1_000"), Case("012", .syntax, 1),
            Case("é > 1", .syntax, 1),
            Case("state === 'x'", .unsupported, 7, "=="), Case("state && 1", .unsupported, 7, "and"),
            Case("1 || 2", .unsupported, 3, "or"),
            Case("1 & 2", .unsupported, 3, "and"), Case("(state := 1)", .unsupported, 8),
            Case("lambda: 1", .unsupported, 1),
            Case("f'a'", .unsupported, 1, "Leave 'f'"), Case("'a' 'b'", .unsupported, 5, "+"),
            Case("'\\d'", .unsupported, 2, "\\\\"),
            Case("'''a'''", .unsupported, 1), Case("{1, 2}", .unsupported, 1, "(A, B)"),
            Case("{'a': x for x in [1]}", .unknownName, 7),
            Case("{'a': 1 for x in [1]}", .unsupported, 9), Case("(x for x in [1])", .unknownName, 2),
            Case("(1 for x in [1])", .unsupported, 4),
            Case("state is 'x'", .unsupported, 10, "=="), Case("[*state]", .unsupported, 2),
            Case("sorted([1], reverse=True)", .syntax, 20, "no names"),
            Case("result.items", .unsupported, 8, "['items']"), Case("result.class", .syntax, 8, "['class']"),
            Case("result.__class__", .unsupported, 8), Case("state.lower", .unsupported, 7, ".lower(…)"),
            Case("state.uper()", .unsupported, 7, "upper"), Case("(len)(1)", .unsupported, 2, "len(…)"),
            Case("state(1)", .unsupported, 6),
            Case("[1 for state in [1]]", .unsupported, 8, "another"), Case("len(1, 2)", .syntax, 1),
            Case("9223372036854775808", .overflow, 1, "float"),
            Case("99999999999999999999999", .overflow, 1, "float"),
            Case("reslut > 1", .unknownName, 1, "result"), Case("true", .unknownName, 1, "True"),
            Case("null", .unknownName, 1, "None"),
            Case("leng(state)", .unknownName, 1, "len"), Case("__import__('os')", .unknownName, 1, "Functions are"),
            Case("zzz", .unknownName, 1, "exit_code"), Case("[x for x in x]", .unknownName, 13),
        ])
    func reading(_ testCase: Case) throws {
        let error = try #require(Self.error(of: testCase.source))
        #expect(error.kind == testCase.kind, "\(error)")
        #expect(error.position.column == testCase.column, "\(error)")
        if let hint = testCase.hint { #expect(error.remedy?.contains(hint) == true, "\(error)") }
        #expect(throws: ConditionError.self) { try Condition(testCase.source, names: ConditionTests.names) }
    }

    @Test(
        "what has no value is told with its kind, its place and what to write",
        arguments: [
            Case("result['scoer'] > 1", .keyMissing, 7, "score"), Case("1 + result.cuont", .keyMissing, 12, "count"),
            Case("result['xyz'.upper()]", .keyMissing, 7, ".get("), Case("result['items'][3]", .indexOutOfRange, 16),
            Case("1 + 'a'", .typeMismatch, 3), Case("state < 1", .typeMismatch, 7),
            Case("None < 1", .typeMismatch, 6, "None"),
            Case("'%d' % 1", .typeMismatch, 6, "str"), Case("state.get('a')", .typeMismatch, 7),
            Case("len(1)", .typeMismatch, 1),
            Case("[x for x in exit_code]", .typeMismatch, 13), Case("{1: 2}", .unsupported, 2),
            Case("1 / exit_code", .divisionByZero, 3),
            Case("9223372036854775807 + 1", .overflow, 21, "float"), Case("2 ** 64", .overflow, 3),
            Case("10.0 ** 400", .overflow, 6),
            Case("int('x')", .badValue, 1), Case("max([])", .badValue, 1, "else"), Case("[1][::0]", .badValue, 4),
            Case("1e308 * 10 - 1e308 * 10", .notANumber, 12), Case("(-8) ** 0.5", .notANumber, 6),
            Case("round(1.5, 99)", .unsupported, 1),
            Case("'a' * 10 ** 9", .tooLarge, 5), Case("[0] * 10 ** 9", .tooLarge, 5),
        ])
    func evaluating(_ testCase: Case) throws {
        let error = try #require(Self.error(of: testCase.source))
        #expect(error.kind == testCase.kind, "\(error)")
        #expect(error.position.column == testCase.column, "\(error)")
        if let hint = testCase.hint { #expect(error.remedy?.contains(hint) == true, "\(error)") }
    }

    @Test("the message names the place, and the excerpt shows it")
    func shown() throws {
        let error = try #require(Self.error(of: "(state ==\n  result['nmae'])"))
        #expect(error.message == "The condition is wrong at line 2, column 9: there is no 'nmae' in the dict.")
        #expect(error.excerpt == "  result['nmae'])\n        ^")
        #expect(error.remedy == "Did you mean 'name'?")
        #expect(error.code == .invalidInput)
    }

    @Test(
        "each bound is kept",
        arguments: [
            (String(repeating: " ", count: Condition.maxLength) + "1", ConditionError.Kind.tooLarge),
            (
                String(repeating: "(", count: Condition.maxDepth) + "1"
                    + String(repeating: ")", count: Condition.maxDepth), .tooDeep
            ),
            ("1" + String(repeating: " + 1", count: Condition.maxDepth), .tooDeep),
            (String(repeating: "not ", count: Condition.maxDepth + 1) + "1", .tooDeep),
            (String(repeating: "-", count: Condition.maxDepth + 1) + "1", .tooDeep),
            ("len([1 for a in 'x' * 400 for b in 'x' * 400])", .budgetUsedUp),
            ("sum(len('a' * 60000) for a in 'x' * 60000)", .budgetUsedUp),
            ("'a' * 60000 + 'b' in 'a' * 65000", .budgetUsedUp), ("[1] * 65537", .tooLarge),
            ("str([1] * 30000)", .tooLarge), ("deep == twin", .tooDeep), ("str(deep)", .tooDeep),
            ("long", .budgetUsedUp),
            ("[1 for x in long]", .budgetUsedUp),
            ("[1 for t in [(1,) * 60000] for x in 'x' * 9000 if t in {}]", .budgetUsedUp),

        ])
    func bounds(_ source: String, _ kind: ConditionError.Kind) throws {
        var deep = JSONValue.null
        for _ in 0..<500 { deep = .object(["a": deep]) }
        let long = JSONValue.string(
            String(repeating: "a", count: Condition.maxSteps * Condition.charactersPerStep + 16))
        let error = #expect(throws: ConditionError.self) {
            try Condition(source, names: ["deep", "twin", "long"]).value(of: ["deep": deep, "twin": deep, "long": long])
        }
        #expect(error?.kind == kind)
        #expect(error?.message.isEmpty == false)
    }

    @Test("what fits the bounds is taken")
    func withinBounds() throws {
        let nested =
            String(repeating: "(", count: Condition.maxDepth - 1) + "1"
            + String(repeating: ")", count: Condition.maxDepth - 1)
        let chain = Array(repeating: "1", count: 800).joined(separator: " or ")
        for source in [nested, chain, "len('a' * 65536) == 65536", "'b' not in 'a' * 65000"] {
            #expect(try Condition(source, names: []).isTrue(of: [:]))
        }
    }

    @Test("the deepest expressions and values need no large stack")
    func stack() async throws {
        let depth = Condition.maxDepth - 2
        func nested(_ opening: String, _ inner: String, _ closing: String, by levels: Int = 1) -> String {
            let count = depth / levels
            return String(repeating: opening, count: count) + inner + String(repeating: closing, count: count)
        }
        var list = JSONValue.null, dict = JSONValue.null
        for _ in 0..<Condition.maxValueDepth - 1 { (list, dict) = ([list], ["a": dict]) }
        let sources = [
            nested("(", "1", ")"), nested("[", "1", "]"), nested("not ", "1", ""), nested("-", "1", ""),
            nested("2 ** ", "1", ""),
            nested("len(str(", "1", "))", by: 2), nested("sum([1 for x in [", "2", "]])", by: 4),
            nested("1 if 0 else ", "1", ""), nested("{'a': ", "1", "}"), "(list == list, dict == dict)",
            "str(list) + str(dict)",
            "sorted([list, list])",
        ]
        let given = ["list": list, "dict": dict]
        let answers = await withCheckedContinuation { (end: CheckedContinuation<Int, Never>) in
            let thread = Thread {
                end.resume(
                    returning: sources.count { source in
                        // ignored: some have no value; that they have an answer is what counts
                        _ = try? Condition(source, names: ["list", "dict"]).value(of: given)
                        return true
                    })
            }
            // What a thread gets where nothing limits the stack.
            thread.stackSize = 2 << 20
            thread.start()
        }
        #expect(answers == sources.count)
    }

    private static let pieces = [
        "(", ")", "[", "]", "{", "}", ",", ":", ".", "'", "\"", "\\", "\n", "#", "not ", " in ", " is ", " if ",
        " else ", " for ", "and", "**",
        "//", "1", "1e9", "0x", "_", "'a'", "None", "state", "result", ".get(", "len(", "any(", "x", "-", "\u{0}", "é",
        "😀", "9223372036854775808",
    ]

    @Test("no text makes the reader or the evaluation do anything but answer", arguments: [UInt64](1...4))
    func fuzz(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                if Int.random(in: 0...9, using: &generator) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                } else {
                    bytes += (Self.pieces.randomElement(using: &generator) ?? "").utf8
                }
            }
            let source = String(decoding: bytes, as: UTF8.self)
            do throws(ConditionError) {
                let condition = try Condition(source, names: ConditionTests.names)
                read += 1
                _ = try condition.value(of: ConditionTests.given)
            } catch {
                let isInside = (0...source.unicodeScalars.count).contains(error.offset)
                #expect(isInside, "seed \(seed): \(error)")
                #expect(!error.message.isEmpty && error.excerpt.hasSuffix("^"), "seed \(seed): \(error)")
            }
        }
        #expect(read > 20, "seed \(seed): nearly nothing could be read")
    }
}
