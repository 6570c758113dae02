extension Duration {
    /// How durations are written.
    package static let form = "a whole number with a unit (250ms, 60s, 5m, 1h, 7d)"

    /// Reads a whole number with a unit, as in `250ms`, `60s`, `5m`, `1h`, `7d`; a bare number is refused.
    ///
    /// - Throws: ``ModelError/malformed(field:value:expected:)`` naming `field`.
    package init(text: String, field: String) throws(ModelError) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int64(digits), let milliseconds = Self.units.first(where: { $0.name == unit })?.milliseconds,
            number <= Int64.max / milliseconds
        else {
            throw .malformed(field: field, value: text, expected: Self.form)
        }
        self = .milliseconds(number * milliseconds)
    }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// The whole milliseconds of this duration, as ``init(text:field:)`` reads them, in the largest unit that leaves no rest.
    ///
    /// One day is `24h`, one hour is `1h`: days are for those who mean days.
    package var text: String {
        let amount = wholeMilliseconds
        let unit = Self.units.first {
            amount % $0.milliseconds == 0 && !($0.name == "d" && amount / $0.milliseconds == 1)
        }
        guard amount != 0, let unit else { return "0s" }
        return "\(amount / unit.milliseconds)\(unit.name)"
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
