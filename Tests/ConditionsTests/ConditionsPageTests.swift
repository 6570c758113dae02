import Foundation
import Model
import Testing

@testable import Conditions

/// `Docs/Conditions.md` says what the code does.
@Suite struct ConditionsPageTests {
    /// The cells of all rows of tables beneath a heading of the page, without the first row of each.
    private static func rows(beneath heading: String) throws -> [[String]] {
        let sections = try page().components(separatedBy: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix("\(heading)\n") })
        let tables = section.components(separatedBy: "|---").dropFirst()
        return tables.flatMap { table in
            table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("| ") }.map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
        }
    }

    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Docs/Conditions.md"), encoding: .utf8)
    }

    /// What stands between backquotes.
    private static func quoted(_ text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }

    @Test("it has each function and each method, with as many arguments as the code takes")
    func functions() throws {
        var functions: [String: Set<Int>] = [:], methods: [String: Set<Int>] = [:]
        for call in try Self.rows(beneath: "Functions").flatMap({ Self.quoted($0[0]) }) {
            let parts = call.dropLast().split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
            let count = parts[1].split(separator: ",").count
            let name = parts[0].split(separator: ".").map(String.init)
            if name.count == 1 {
                functions[name[0], default: []].insert(count)
            } else {
                methods[name[1], default: []].insert(count)
            }
        }
        #expect(Set(functions.keys) == Set(Function.allCases.map(\.rawValue)))
        #expect(Set(methods.keys) == Set(Method.allCases.map(\.rawValue)))
        for function in Function.allCases where function != .min && function != .max {
            #expect(functions[function.rawValue] == Set(function.arity), "\(function)")
        }
        for method in Method.allCases { #expect(methods[method.rawValue] == Set(method.arity), "\(method)") }
    }

    @Test("it has each operator, each kind of error and each bound")
    func tables() throws {
        let operators = try Set(Self.rows(beneath: "Operators").flatMap { Self.quoted($0[0]) })
        let wanted =
            Node.Operator.allCases.map(\.rawValue) + Node.Comparison.allCases.map(\.rawValue) + ["and", "or", "not"]
        #expect(operators.isSuperset(of: wanted))
        let words = Set(operators.flatMap { $0.split { !$0.isLetter } }.map(String.init))
        #expect(Lexer.keywords.subtracting(words) == ["for", "True", "False", "None"])
        #expect(
            try Self.rows(beneath: "Errors").map { Self.quoted($0[0])[0] }
                == ConditionError.Kind.allCases.map(\.rawValue))
        let bounds = [
            Condition.maxLength, Condition.maxDepth, Condition.maxSteps, Condition.charactersPerStep, Condition.maxSize,
            Condition.maxValueDepth,
        ]
        #expect(try Self.rows(beneath: "Bounds").map { $0[1] } == bounds.map { "\($0)" })
    }

    @Test("its examples can be read")
    func examples() throws {
        let code = try #require(try Self.page().components(separatedBy: "```python\n").dropFirst().first)
        let examples = code.prefix { $0 != "`" }.split(separator: "\n")
        #expect(examples.count == 3)
        for example in examples { _ = try Condition(String(example), names: ["result", "state", "exit_code"]) }
    }
}
