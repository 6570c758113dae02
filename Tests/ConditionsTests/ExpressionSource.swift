import Model
import TestSupport

/// Makes expressions, most of which have a value, and values for their names; the same ones for the same seed.
struct ExpressionSource {
    /// What an expression should give; now and then it gives something else.
    enum Wanted: CaseIterable {
        case number, text, list, dict, truth
    }

    /// How tightly the outermost operator of an expression binds, as in Python's grammar.
    private enum Level: Int {
        case choice, or, and, not, comparison, sum, term, sign, power, atom
    }

    static let names = ["result", "state", "exit_code", "items", "ratio"]

    private var generator: SeededGenerator
    private var variables: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func expression() -> String { make(any(Wanted.allCases, or: .truth), int(2...5)) }

    /// The expression with a few tokens taken away, doubled or exchanged.
    mutating func mutated(_ expression: String) -> String {
        let pieces = [
            "(", ")", "[", "]", ",", ":", ".", "not", "in", "is", "if", "else", "for", "and", "-", "**", "1", "'a'",
            "None",
            "state", "x", "=", "{", "}", "lambda", "\n", "_", "e5", "0", " ",
        ]
        var scalars = Array(expression.unicodeScalars)
        for _ in 0..<int(1...2) where !scalars.isEmpty {
            let start = int(0...scalars.count - 1)
            let end = min(scalars.count, start + int(0...3))
            let piece = chance(2) ? [] : Array(any(pieces, or: "").unicodeScalars)
            scalars.replaceSubrange(
                start..<end, with: chance(3) ? Array(scalars[start..<end]) + scalars[start..<end] : piece)
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    mutating func given() -> [String: JSONValue] {
        [
            "result": [
                "score": number(), "name": .string(text()), "items": list(),
                "tags": .array((0..<int(0...3)).map { _ in .string(text()) }),
                "stats": ["count": number(), "rate": number()],
            ],
            "state": any(["succeeded", "failed"], or: "failed"), "exit_code": .integer(Int64(int(0...3))),
            "items": list(), "ratio": number(),
        ]
    }

    // MARK: Values

    private static let integers: [Int64] = [
        0, 1, 2, 3, 5, 7, 10, 15, 100, 255, -1, -2, -7, .max, .min, 4_611_686_018_427_387_904, 9_007_199_254_740_993,
    ]
    private static let floats = [
        0.0, -0.0, 0.5, 1.0, 1.5, 2.5, -2.5, 0.1, 2.675, 1e16, 1e15, 1e22, 1e-4, 1e-5, 123_456.789, 1e308,
        .leastNonzeroMagnitude, 9007199254740992.0,
        9223372036854775807.0, 1e23,
    ]
    private static let texts = [
        "", "a", "b", "ab", "succeeded", "it's", "say \"x\"", "'\"", "a,b,,c", " 12 ", "-7", "1_0", "2.5", "1e400",
        "\u{1C} x\n", "Ünï",
        "e\u{301}", "é", "ΑΣ", "ΑΣΑ σς", "straße", "İ", "😀x", "\u{200B}\u{7}\\", "nan", "inf", "0x10",
        "9223372036854775808",
    ]

    private mutating func number() -> JSONValue {
        if chance(2) { return .integer(chance(2) ? any(Self.integers, or: 0) : Int64(int(-20...20))) }
        if chance(3) {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { return .number(value) }
        }
        return .number(chance(2) ? any(Self.floats, or: 0) : Double(int(-999...999)) / 8)
    }

    private mutating func text() -> String { any(Self.texts, or: "") }

    private mutating func list() -> JSONValue {
        .array(
            (0..<int(0...4)).map { _ in
                switch int(0...5) {
                case 0: .string(text())
                case 1: [number(), .string(text())]
                case 2: any([.null, true, false, ["k": number()]], or: .null)
                default: number()
                }
            })
    }

    private mutating func literal(_ value: JSONValue) -> String {
        switch value {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        default: "None"
        }
    }

    private mutating func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar = chance(2) ? "'" : "\""
        let escaped = text.unicodeScalars.map { scalar -> String in
            if scalar == quote || scalar == "\\" { return "\\\(scalar)" }
            if scalar == "\n" { return "\\n" }
            guard scalar.value < 0x20 || scalar.value > 0x7E else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return "\(quote)\(escaped.joined())\(quote)"
    }

    // MARK: Expressions

    private mutating func make(_ wanted: Wanted, _ depth: Int) -> String { part(wanted, depth).text }

    /// An expression that can stand where one of the level has to.
    private mutating func operand(_ wanted: Wanted, _ depth: Int, _ level: Level) -> String {
        let part = part(wanted, depth - 1)
        return part.level.rawValue < level.rawValue || chance(6) ? "(\(part.text))" : part.text
    }

    private mutating func part(_ wished: Wanted, _ depth: Int) -> (text: String, level: Level) {
        let wanted = chance(12) ? any(Wanted.allCases, or: wished) : wished
        if depth <= 0 {
            let leaf = leaf(wanted)
            // A point behind a number would belong to it.
            return (leaf, leaf.first?.isNumber == true ? .sign : .atom)
        }
        if chance(10) {
            let test = operand(.truth, depth, .or), then = operand(wanted, depth, .or)
            return ("\(then) if \(test) else \(operand(wanted, depth, .choice))", .choice)
        }
        if chance(12) { return ("\(operand(wanted, depth, .and)) or \(operand(wanted, depth, .and))", .or) }
        switch wanted {
        case .number: return number(depth)
        case .truth: return truth(depth)
        case .text: return text(depth)
        case .list: return list(depth)
        case .dict:
            return chance(2)
                ? ("{'k': \(make(.number, depth - 1)), 'name': \(make(.text, depth - 1))}", .atom)
                : (leaf(.dict), .atom)
        }
    }

    private mutating func leaf(_ wanted: Wanted) -> String {
        if !variables.isEmpty, chance(2) { return any(variables, or: "state") }
        switch wanted {
        case .number:
            if chance(60) { return "result.missing" }
            let number = number()
            let choices = [
                literal(number), literal(number), "exit_code", "ratio", "result.score", "result['stats'].count", "True",
            ]
            let choice = any(choices, or: "1")
            return choice.hasPrefix("-") ? "(\(choice))" : choice
        case .text: return chance(3) ? any(["state", "result.name", "result['name']"], or: "state") : quoted(text())
        case .list:
            return any(
                ["items", "result['items']", "result['tags']", "[]", "()", "[1, 2.5, True]", "(1, 'a')"], or: "[]")
        case .dict: return any(["result", "result.stats", "{}", "result['stats']"], or: "result")
        case .truth: return any(["True", "False", "None", "state == 'failed'"], or: "True")
        }
    }

    private mutating func number(_ depth: Int) -> (String, Level) {
        switch int(0...11) {
        case 0, 1, 2:
            return (
                "\(operand(.number, depth, .sum)) \(any(["+", "-"], or: "+")) \(operand(.number, depth, .term))", .sum
            )
        case 3, 4:
            let sign = any(["*", "/", "//", "%"], or: "*")
            return ("\(operand(.number, depth, .term)) \(sign) \(operand(.number, depth, .sign))", .term)
        case 5: return ("\(operand(.number, depth, .atom)) ** \(operand(.number, depth, .sign))", .power)
        case 6: return ("\(any(["-", "+"], or: "-"))\(operand(.number, depth, .sign))", .sign)
        case 7:
            return ("\(any(["abs", "int", "float", "round", "bool"], or: "abs"))(\(make(.number, depth - 1)))", .atom)
        case 8: return ("round(\(make(.number, depth - 1)), \(int(-20...20)))", .atom)
        case 9: return ("\(any(["int", "float"], or: "int"))(\(make(.text, depth - 1)))", .atom)
        case 10: return ("len(\(make(any([.list, .text, .dict], or: .list), depth - 1)))", .atom)
        default: return ("\(any(["sum", "min", "max"], or: "sum"))(\(elements(depth)))", .atom)
        }
    }

    private mutating func truth(_ depth: Int) -> (String, Level) {
        switch int(0...8) {
        case 0: return ("not \(operand(any(Wanted.allCases, or: .truth), depth, .not))", .not)
        case 1: return ("\(operand(.truth, depth, .not)) and \(operand(.truth, depth, .not))", .and)
        case 2: return ("\(any(["any", "all"], or: "any"))(\(elements(depth)))", .atom)
        case 3:
            let end = chance(3) ? "('x', \(make(.text, depth - 1)))" : make(.text, depth - 1)
            return ("\(operand(.text, depth, .atom)).\(any(["startswith", "endswith"], or: ""))(\(end))", .atom)
        case 4:
            let sign = any(["is", "is not"], or: "is")
            return (
                "\(operand(any(Wanted.allCases, or: .truth), depth, .sum)) \(sign) \(any(["None", "True"], or: "None"))",
                .comparison
            )
        case 5:
            let whole = any([Wanted.list, .list, .text, .dict], or: .list)
            let part = operand(whole == .list ? .number : .text, depth, .sum)
            return ("\(part) \(any(["in", "not in"], or: "in")) \(operand(whole, depth, .sum))", .comparison)
        default:
            let kind = any(Wanted.allCases, or: .number)
            var text = operand(kind, depth, .sum)
            for _ in 0..<(chance(4) ? 2 : 1) {
                text += " \(any(["==", "!=", "<", "<=", ">", ">="], or: "==")) \(operand(kind, depth, .sum))"
            }
            return (text, .comparison)
        }
    }

    private mutating func text(_ depth: Int) -> (String, Level) {
        switch int(0...6) {
        case 0: return ("\(operand(.text, depth, .sum)) + \(operand(.text, depth, .term))", .sum)
        case 1: return ("\(operand(.text, depth, .term)) * \(int(-1...3))", .term)
        case 2: return ("\(operand(.text, depth, .atom))\(subscripted(depth))", .atom)
        case 3: return ("\(operand(.text, depth, .atom)).\(any(["lower", "upper", "strip"], or: "lower"))()", .atom)
        case 4: return ("\(operand(.text, depth, .atom)).strip(\(quoted(text())))", .atom)
        case 5:
            return (
                "\(operand(.dict, depth, .atom)).get(\(quoted(any(["name", "k", "score"], or: "k"))), \(make(.text, depth - 1)))",
                .atom
            )
        default: return ("str(\(make(any(Wanted.allCases, or: .number), depth - 1)))", .atom)
        }
    }

    private mutating func list(_ depth: Int) -> (String, Level) {
        switch int(0...8) {
        case 0: return ("\(operand(.list, depth, .sum)) + \(operand(.list, depth, .term))", .sum)
        case 1: return ("\(operand(.list, depth, .term)) * \(int(-1...3))", .term)
        case 2: return ("\(operand(.list, depth, .atom))\(subscripted(depth))", .atom)
        case 3: return ("\(operand(.text, depth, .atom)).split(\(chance(2) ? "" : quoted(text())))", .atom)
        case 4: return ("sorted(\(elements(depth)))", .atom)
        case 5, 6:
            let parts = (0..<int(1...3)).map { _ in make(any([.number, .text, .list], or: .number), depth - 1) }
            return (chance(2) ? "[\(parts.joined(separator: ", "))]" : "(\(parts.joined(separator: ", ")),)", .atom)
        default: return ("[\(comprehension(depth))]", .atom)
        }
    }

    private mutating func subscripted(_ depth: Int) -> String {
        if chance(2) { return "[\(chance(3) ? make(.number, depth - 1) : "\(int(-3...3))")]" }
        let bounds = (0..<int(2...3)).map { _ in
            chance(3) ? "" : chance(5) ? make(.number, depth - 1) : "\(int(-4...4))"
        }
        return "[\(bounds.joined(separator: ":"))]"
    }

    /// The argument of a function that goes through elements.
    private mutating func elements(_ depth: Int) -> String {
        chance(2) ? comprehension(depth) : make(any([.list, .list, .list, .text, .dict], or: .list), depth - 1)
    }

    private mutating func comprehension(_ depth: Int) -> String {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        var clauses = ""
        for _ in 0..<(chance(5) ? 2 : 1) {
            let source = operand(chance(8) ? .text : .list, depth, .or)
            let isPair = chance(12)
            let new = (0..<(isPair ? 2 : 1)).map { "v\(variables.count + $0)" }
            variables += new
            clauses += " for \(new.joined(separator: ", ")) in \(source)"
            if chance(3) { clauses += " if \(operand(.truth, depth - 1, .or))" }
        }
        return make(any([.number, .number, .text, .truth], or: .number), depth - 1) + clauses
    }

    // MARK: Dice

    private mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func chance(_ sides: Int) -> Bool { int(1...sides) == 1 }

    private mutating func any<Element>(_ elements: [Element], or other: Element) -> Element {
        elements.randomElement(using: &generator) ?? other
    }
}
