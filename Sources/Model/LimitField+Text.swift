extension LimitField {
    /// How its amounts are written, as a phrase.
    package var form: String {
        switch unit {
        case .cores: "a number of cores with up to three decimals (1, 0.5)"
        case .count: "a whole number"
        case .bytes: ByteCount.form
        case .time: Duration.form
        }
    }

    /// `amount` as it is written: ``amount(text:field:)`` reads it back.
    package func text(_ amount: Int64) -> String {
        switch unit {
        case .cores:
            let fraction = String(String(amount.magnitude % 1000 + 1000).dropFirst())
            let digits = fraction.reversed().drop { $0 == "0" }.reversed()
            return "\(amount < 0 ? "-" : "")\(amount.magnitude / 1000)\(digits.isEmpty ? "" : "." + String(digits))"
        case .count: return "\(amount)"
        case .bytes: return "\(ByteCount(bytes: amount))"
        case .time: return Duration.milliseconds(amount).text
        }
    }

    package func text(in limits: Limits) -> String { text(amount(in: limits)) }

    /// The allowed range, as in `16MiB ... 1024GiB`.
    package var allowed: String { "\(text(range.lowerBound)) ... \(text(range.upperBound))" }

    /// What `amount` would have to be, as a phrase, or `nil` if all is well.
    package func wanted(insteadOf amount: Int64) -> String? {
        guard range.contains(amount) else { return allowed }
        return amount % granularity == 0 ? nil : "a multiple of \(ByteCount(bytes: granularity))"
    }

    /// Reads an amount that is in the range.
    ///
    /// - Parameter field: how the limit was asked for, for the error.
    /// - Throws: ``ModelError`` naming `field`, and the form or the range.
    package func amount(text: String, field: String) throws(ModelError) -> Int64 {
        let amount: Int64
        switch unit {
        case .cores:
            guard let thousandths = Self.thousandths(text) else {
                throw .malformed(field: field, value: text, expected: form)
            }
            amount = thousandths
        case .count:
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }), let number = Int64(text) else {
                throw .malformed(field: field, value: text, expected: form)
            }
            amount = number
        case .bytes: amount = try ByteCount(text: text, field: field).bytes
        case .time: amount = try Duration(text: text, field: field).wholeMilliseconds
        }
        if let wanted = wanted(insteadOf: amount) { throw .outOfRange(field: field, value: text, allowed: wanted) }
        return amount
    }

    /// A decimal number with up to three decimals, times a thousand.
    private static func thousandths(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isPlain, let whole = Int64(parts[0]), whole <= Int64.max / 1001 else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        // Noughts at the end say nothing: 1.0000 is 1.
        let digits = String(parts[1].reversed().drop { $0 == "0" }.reversed())
        guard digits.count <= 3 else { return nil }
        return whole * 1000 + (Int64(digits + String(repeating: "0", count: 3 - digits.count)) ?? 0)
    }
}
