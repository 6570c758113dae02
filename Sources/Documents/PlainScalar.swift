/// What a YAML scalar without quotes means.
///
/// Only what every reader of YAML takes for the same is a value: `true` and `false`, empty and `null`, decimal numbers as JSON
/// has them, and strings. What YAML 1.1 and 1.2, or two of their readers, take for different things is unclear, and has to
/// be quoted where a string is meant: `no`, `on`, `0o17`, `017`, `12:30`, `1_000`, `2026-01-31`, `1.2.3`.
///
/// - Source: YAML 1.1 type repository; YAML 1.2.2 section 10.3.2 (core schema).
enum PlainScalar {
    static func value(_ text: String) -> DocumentNode.Value {
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        if isNumber(text) { return .number(text) }
        return isUnclear(text) ? .unclear(text) : .string(text)
    }

    private static let words: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", ".inf", "-.inf", "+.inf", ".nan", "=", "<<",
    ]

    private static func isUnclear(_ text: String) -> Bool {
        // Longer ones are in no list, and numbers in no use.
        guard text.utf8.count <= 64 else { return false }
        let lower = text.lowercased()
        if words.contains(lower) { return true }
        var digits = Substring(lower)
        if let sign = digits.first, sign == "-" || sign == "+" { digits = digits.dropFirst() }
        guard let first = digits.first, first.isASCII, first.isNumber || first == "." else { return false }
        for prefix in ["0x", "0o", "0b"] where digits.hasPrefix(prefix) {
            return digits.dropFirst(2).allSatisfy { $0.isHexDigit || $0 == "_" }
        }
        let year = digits.prefix(5)
        if year.count == 5, year.last == "-", year.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }) { return true }
        return digits.contains { $0.isNumber } && digits.allSatisfy { "0123456789._:,e+-".contains($0) }
    }

    /// Whether `text` is a number as JSON has them.
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text)
        func digits() -> Substring {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            return digits
        }
        if rest.first == "-" { rest = rest.dropFirst() }
        let whole = digits()
        guard !whole.isEmpty, whole == "0" || whole.first != "0" else { return false }
        if rest.first == "." {
            rest = rest.dropFirst()
            guard !digits().isEmpty else { return false }
        }
        if let exponent = rest.first, exponent == "e" || exponent == "E" {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == "+" || sign == "-" { rest = rest.dropFirst() }
            guard !digits().isEmpty else { return false }
        }
        return rest.isEmpty
    }
}
