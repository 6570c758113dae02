/// Cuts an expression into its tokens.
struct Lexer {
    static let keywords: Set = ["and", "or", "not", "in", "is", "if", "else", "for", "True", "False", "None"]
    /// Python's other words.
    private static let refusedWords: Set = [
        "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "except", "finally",
        "from",
        "global", "import", "lambda", "nonlocal", "pass", "raise", "return", "try", "while", "with", "yield",
    ]
    /// Those that begin like another one come before it.
    private static let symbols = [
        "**", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ":",
        ".",
    ]
    /// What is refused with a remedy of its own; looked for before ``symbols``.
    private static let refusedSymbols = [
        ("===", "Write == to compare."), ("!==", "Write != to compare."), ("<>", "Write != to compare."),
        ("&&", "Write and."), ("||", "Write or."), ("...", nil), (":=", "Write the value out where it is used."),
        ("->", nil), ("<<", "Write * 2 ** n."), (">>", "Write // 2 ** n."),
        ("&", "Write and."), ("|", "Write or."), ("^", "Write ** for a power."), ("~", nil), ("@", nil), (";", nil),
        ("`", nil), ("$", nil), ("?", "Write A if TEST else B."),
    ]

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var tokens: [Token] = []
    private var openBrackets = 0

    /// - Throws: ``Fault`` at the first thing that is no token.
    static func tokens(of source: String) throws(Fault) -> [Token] {
        let scalars = Array(source.unicodeScalars.prefix(Condition.maxLength + 1))
        guard scalars.count <= Condition.maxLength else {
            let detail = "it is longer than \(Condition.maxLength) characters"
            throw Fault(.tooLarge, detail, remedy: "Have the job write what is to be decided into its result.", at: 0)
        }
        var lexer = Lexer(scalars: scalars)
        try lexer.run()
        return lexer.tokens
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private mutating func run() throws(Fault) {
        var isOver = false
        while let scalar = next {
            let start = index
            switch scalar {
            case " ", "\t":
                index += 1
                continue
            case "\n", "\r":
                index += 1
                isOver = isOver || openBrackets == 0
                continue
            case "#":
                while let next, next != "\n" { index += 1 }
                continue
            default: break
            }
            if isOver {
                throw Fault(
                    .syntax, "it goes on in another line", remedy: "Write one line, or put the whole in parentheses.",
                    at: start)
            }
            tokens.append(Token(kind: try token(scalar), offset: start))
        }
        tokens.append(Token(kind: .end, offset: index))
    }

    private mutating func token(_ scalar: Unicode.Scalar) throws(Fault) -> Token.Kind {
        if scalar == "\"" || scalar == "'" { return .string(try string(quote: scalar)) }
        if Self.isLetter(scalar) { return try word() }
        if Self.isDigit(scalar) { return try number() }
        if scalar == ".", index + 1 < scalars.count, Self.isDigit(scalars[index + 1]) { return try number() }
        return .symbol(try symbol())
    }

    // MARK: Words and symbols

    private mutating func word() throws(Fault) -> Token.Kind {
        let start = index
        while let next, Self.isLetter(next) || Self.isDigit(next) { index += 1 }
        let word = String(scalars[start..<index])
        if next == "'" || next == "\"", ["r", "b", "u", "f", "br", "rb", "fr", "rf"].contains(word.lowercased()) {
            throw Fault(.unsupported, "strings have no prefix", remedy: "Leave '\(word)' away.", at: start)
        }
        let isKeyword = Self.keywords.contains(word)
        if tokens.last?.kind == .symbol("."), isKeyword || Self.refusedWords.contains(word) {
            throw Fault(.syntax, "'\(word)' is a word of Python's own", remedy: "Write ['\(word)'].", at: start)
        }
        if Self.refusedWords.contains(word) {
            throw Fault(.unsupported, "'\(word)' is no part of a condition", at: start)
        }
        return isKeyword ? .keyword(word) : .name(word)
    }

    private mutating func symbol() throws(Fault) -> String {
        for (symbol, remedy) in Self.refusedSymbols where stands(symbol) {
            throw Fault(.unsupported, "'\(symbol)' is no operator here", remedy: remedy, at: index)
        }
        guard let symbol = Self.symbols.first(where: { stands($0) }) else {
            let remedies: [Unicode.Scalar: String] = [
                "=": "Write == to compare; arguments have no names here.", "!": "Write not.",
            ]
            let scalar = scalars[index]
            let name = scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F ? "'\(scalar)'" : "this character"
            throw Fault(.syntax, "\(name) means nothing here", remedy: remedies[scalar], at: index)
        }
        index += symbol.unicodeScalars.count
        if "([{".contains(symbol) { openBrackets += 1 }
        if ")]}".contains(symbol) { openBrackets -= 1 }
        return symbol
    }

    // MARK: Literals

    private mutating func number() throws(Fault) -> Token.Kind {
        let start = index
        let radixes: [Unicode.Scalar: UInt64] = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2]
        let radix = scalars[index] == "0" && index + 1 < scalars.count ? radixes[scalars[index + 1]] : nil
        while let next {
            let isSign =
                (next == "+" || next == "-") && radix == nil && "eE".unicodeScalars.contains(scalars[index - 1])
            guard Self.isDigit(next) || Self.isLetter(next) || next == "." || isSign else { break }
            index += 1
        }
        let text = scalars[start..<index]
        var digits = text.dropFirst(radix == nil ? 0 : 2)
        if radix != nil, digits.first == "_" { digits.removeFirst() }
        switch NumberText.whole(digits, radix: radix ?? 10) {
        case .tooLarge?:
            throw Fault(.overflow, "the number needs more than 64 bits", remedy: "Write it as a float.", at: start)
        case .value(let value)?:
            let hasLeadingZero = radix == nil && value != 0 && text.first == "0"
            if !hasLeadingZero { return .integer(value) }
        case nil:
            if radix == nil, let value = NumberText.float(text) { return .float(value) }
        }
        throw Fault(.syntax, "this is no number", remedy: "Write numbers as 17, 1_000, 0x1F, 2.5 or 1e-3.", at: start)
    }

    private mutating func string(quote: Unicode.Scalar) throws(Fault) -> [Unicode.Scalar] {
        let start = index
        if stands(String(repeating: Character(quote), count: 3)) {
            throw Fault(.unsupported, "strings have one quotation mark at each end", at: start)
        }
        if case .string? = tokens.last?.kind {
            throw Fault(.unsupported, "two strings stand side by side", remedy: "Write + or , between them.", at: start)
        }
        index += 1
        var text: [Unicode.Scalar] = []
        while let scalar = next, scalar != "\n", scalar != "\r", scalar != "\0" {
            index += 1
            if scalar == quote { return text }
            text.append(scalar == "\\" ? try escape() : scalar)
        }
        throw Fault(
            .syntax, "the string has no end", remedy: "Close it with \(quote); write a line feed as \\n.", at: start)
    }

    private mutating func escape() throws(Fault) -> Unicode.Scalar {
        let start = index - 1
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "\\": "\\", "'": "'", "\"": "\"", "n": "\n", "r": "\r", "t": "\t", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}",
            "v": "\u{B}", "0": "\0",
        ]
        let lengths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
        if let letter = next {
            index += 1
            if let length = lengths[letter] {
                let digits = scalars[index..<min(index + length, scalars.count)]
                if digits.count == length, !digits.contains("_"),
                    case .value(let value)? = NumberText.whole(digits, radix: 16),
                    let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init)
                {
                    index += length
                    return scalar
                }
            } else if let scalar = plain[letter], letter != "0" || !(next.map(Self.isDigit) ?? false) {
                return scalar
            }
        }
        let remedy = "Write \\\\ for a backslash; there are \\n, \\t, \\xhh, \\uhhhh and a few more."
        throw Fault(.unsupported, "there is no such escape", remedy: remedy, at: start)
    }

    // MARK: Scalars

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func stands(_ symbol: String) -> Bool { scalars[index...].starts(with: symbol.unicodeScalars) }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
}
