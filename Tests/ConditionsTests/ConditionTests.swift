import Model
import Testing

@testable import Conditions

@Suite struct ConditionTests {
    static let names = ["result", "state", "exit_code"]
    static let given: [String: JSONValue] = [
        "result": [
            "score": .number(0.75), "count": 7, "name": "Lemonade", "items": [1, .number(2.5), .null],
            "nested": ["deep": true],
            "é": 1,
        ],
        "state": "succeeded", "exit_code": 0,
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let source, value: String
        init(_ source: String, _ value: String) { (self.source, self.value) = (source, value) }
        var testDescription: String { source }
    }

    @Test(
        "an expression has the value that Python gives it",
        arguments: [
            Case("result['score'] > 0.5 and state == 'succeeded'", "True"),
            Case("result.score > 0.5 and exit_code == 0", "True"),
            Case("result.nested.deep", "True"), Case("result['items'][-2:]", "[2.5, None]"),
            Case("result.get('missing')", "None"), Case("result.get('missing', 3) + 1", "4"),
            Case("any(x is None for x in result['items'])", "True"),
            Case("[k for k in result]", "['count', 'items', 'name', 'nested', 'score', 'é']"),
            Case("[a * b for a in [1, 2] for b in (3, 4) if a + b != 5]", "[3, 8]"),
            Case("-7 // 2", "-4"), Case("-7 % 3", "2"), Case("7.5 % -2", "-0.5"), Case("2 ** -1", "0.5"),
            Case("1 / 3", "0.3333333333333333"), Case("10 ** 16 * 1.0", "1e+16"),
            Case("1e15 * 10 / 10", "1000000000000000.0"),
            Case("round(2.5)", "2"), Case("round(2.675, 2)", "2.67"), Case("round(-15, -1)", "-20"),
            Case("9007199254740993 == 9007199254740992.0", "False"),
            Case("9223372036854775807 / 3", "3.0744573456182584e+18"),
            Case("-9223372036854775808", "-9223372036854775808"), Case("True + True", "2"), Case("1 == True", "True"),
            Case("None or 'a'", "'a'"), Case("'' and 1", "''"), Case("1 < 2 < 3 > 2", "True"),
            Case("not 1 == 2", "True"),
            Case("'b' in 'abc' and 4 not in [1, 2]", "True"), Case("'score' in result", "True"),
            Case("'e\\u0301' == '\\u00e9'", "False"), Case("'e\\u0301' in result", "False"),
            Case("len('e\\u0301')", "2"),
            Case("sorted([3, 1, 2.0])", "[1, 2.0, 3]"), Case("max('abc')", "'c'"), Case("min(3, 1, 2)", "1"),
            Case("str([1.0, 'it\\'s', None, {'a': (1,)}])", "'[1.0, \"it\\'s\", None, {\\'a\\': (1,)}]'"),
            Case("' a b '.split()", "['a', 'b']"), Case("'a,b'.split(',')", "['a', 'b']"), Case("' x '.strip()", "'x'"),
            Case("int(' 12 ') + int(2.9)", "14"), Case("float('1e3')", "1000.0"), Case("1e99999999999999999999", "inf"),
            Case("0e99999999999999999999", "0.0"), Case("1e-99999999999999999999", "0.0"),
            Case("int('\\u0e53\\u0663')", "33"),
            Case("bool([])", "False"),
            Case("'yes' if result.count > 5 else 1 / 0", "'yes'"), Case("(\n  1 +\n  2)  # three\n", "3"),
            Case("[v for k, v in [('a', 1), ('b', 2)]]", "[1, 2]"), Case("0x1F + 0b11 + 0o17 + 1_000", "1049"),
        ])
    func value(_ testCase: Case) throws {
        let condition = try Condition(testCase.source, names: Self.names)
        let value = try condition.value(of: Self.given)
        #expect(value.description == testCase.value)
    }

    @Test(
        "operators bind as Python's do",
        arguments: [
            ("1 + 2 * 3", "1 + (2 * 3)"), ("2 - 3 - 4", "(2 - 3) - 4"), ("2 / 4 / 8", "(2 / 4) / 8"),
            ("2 ** 3 ** 2", "2 ** (3 ** 2)"), ("-2 ** 2", "-(2 ** 2)"), ("2 ** -1 * 4", "(2 ** (-1)) * 4"),
            ("-7 // 2", "(-7) // 2"),
            ("7 % 4 * 2", "(7 % 4) * 2"), ("1 + 1 == 2", "(1 + 1) == 2"), ("not 1 == 2", "not (1 == 2)"),
            ("not 0 and 0", "(not 0) and 0"), ("1 or 0 and 0", "1 or (0 and 0)"),
            ("0 if 0 else 1 or 2", "0 if 0 else (1 or 2)"),
            ("1 if 1 else 2 if 0 else 3", "1 if 1 else (2 if 0 else 3)"),
            ("1 in [1] == True", "(1 in [1]) and ([1] == True)"),
            ("- [3][0]", "-([3][0])"), ("'a' + 'b'.upper()", "'a' + ('b'.upper())"), ("1 < 2 == 2", "1 < 2 and 2 == 2"),
            ("0 is not None", "not (0 is None)"), ("3 not in [1]", "not (3 in [1])"),
        ])
    func precedence(_ loose: String, _ explicit: String) throws {
        let one = try Condition(loose, names: []).value(of: [:]).description
        let other = try Condition(explicit, names: []).value(of: [:]).description
        #expect(one == other)
    }

    @Test("any and all stop at the first element that decides")
    func lazy() throws {
        #expect(try Condition("any(1 / x for x in [1, 0])", names: []).isTrue(of: [:]))
        #expect(try !Condition("all(x for x in [0, 1 // 1])", names: []).isTrue(of: [:]))
        #expect(try Condition("1 == 2 == 1 / 0 or True", names: []).isTrue(of: [:]))
    }

    @Test("of what was given, only what is asked for is charged")
    func largeValues() throws {
        let given: [String: JSONValue] = [
            "result": [
                "log": .string(String(repeating: "x", count: 500_000) + "Error"),
                "rest": .string(String(repeating: "y", count: 5_000_000)),
                "rows": .array(Array(repeating: 1, count: 20_000)),
            ]
        ]
        for source in [
            "'Error' in result.log", "result.log[-5:].lower() == 'error'", "len(result.rows[:3]) == 3",
            "sum(result.rows) == 20000",
        ] {
            let isTrue = try Condition(source, names: ["result"]).isTrue(of: given)
            #expect(isTrue, "\(source)")
        }
    }

    @Test("a condition knows its source and which names it uses")
    func names() throws {
        let condition = try Condition("any(x > exit_code for x in [1])", names: Self.names)
        #expect(condition.names == ["exit_code"])
        #expect("\(condition)" == "any(x > exit_code for x in [1])")
        #expect(condition == (try Condition(condition.source, names: ["exit_code"])))
        #expect(condition != (try Condition("1", names: [])))
    }

    @Test("a value goes back to JSON, tuples as arrays")
    func json() throws {
        let value = try Condition("(1, {'a': [2.5, None, 'x', True]}, result['nested'])", names: Self.names).value(
            of: Self.given)
        let wanted: JSONValue = [1, ["a": [.number(2.5), .null, "x", true]], ["deep": true]]
        #expect(value.json == wanted)
    }

    @Test("the conditions of the requirements' examples can be read and decide")
    func goals() throws {
        let environment: [String: JSONValue] = [
            "env": [
                "cash_on_hand": 0, "loan_balance": 200, "money": 1500, "stats": ["current_net_worth": .number(999.5)],
            ],
            "run": ["step": 3],
        ]
        let goals = [
            ("env.cash_on_hand <= 0 and env.loan_balance >= 200", true), ("env.stats.current_net_worth >= 1000", false),
            ("run.step >= 3", true), ("env.money > 1000", true),
        ]
        for (source, wanted) in goals {
            let isTrue = try Condition(source, names: ["env", "run"]).isTrue(of: environment)
            #expect(isTrue == wanted, "\(source)")
        }
    }
}
