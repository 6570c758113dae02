extension Duration {
    /// Reads a whole number with a unit, as in `250ms`, `60s`, `5m`, `1h`; a bare number is refused.
    ///
    /// - Throws: ``ModelError/malformed(field:value:expected:)`` naming `field`.
    package init(text: String, field: String) throws(ModelError) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let milliseconds: Int64? = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000][text.dropFirst(digits.count)]
        guard let number = Int64(digits), let milliseconds, number <= Int64.max / 3_600_000 else {
            throw .malformed(field: field, value: text, expected: "a whole number with a unit (250ms, 60s, 5m, 1h)")
        }
        self = .milliseconds(number * milliseconds)
    }

    /// The whole milliseconds in this duration, rounded down.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// This duration for people: `1.2 s` from a second on, else `345 ms` or `0.7 ms`.
    package var shortText: String {
        let milliseconds = Double(wholeMilliseconds) + Double(components.attoseconds % 1_000_000_000_000_000) / 1e15
        if milliseconds >= 1000 { return "\((milliseconds / 100).rounded() / 10) s" }
        return milliseconds >= 10 ? "\(Int(milliseconds.rounded())) ms" : "\((milliseconds * 10).rounded() / 10) ms"
    }
}
