/// Numbers as Python writes them, without a sign.
enum NumberText {
    enum Whole: Hashable {
        case value(UInt64)
        /// It needs more than 64 bits.
        case tooLarge
    }

    /// A whole number in the base given: digits, and underscores between them; `nil` if it is none.
    static func whole(_ text: some Collection<Unicode.Scalar>, radix: UInt64 = 10) -> Whole? {
        guard let digits = withoutUnderscores(text, isDigit: { digit($0, radix) != nil }) else { return nil }
        var value: UInt64? = 0
        for scalar in digits {
            guard let digit = digit(scalar, radix) else { return nil }
            let product = value?.multipliedReportingOverflow(by: radix)
            let sum = product?.partialValue.addingReportingOverflow(digit)
            value = product?.overflow == false && sum?.overflow == false ? sum?.partialValue : nil
        }
        return digits.isEmpty ? nil : value.map(Whole.value) ?? .tooLarge
    }

    /// A number in base ten with a point, an exponent, both or neither; `nil` if it is none.
    static func float(_ text: some Collection<Unicode.Scalar>) -> Double? {
        guard let plain = withoutUnderscores(text, isDigit: { digit($0, 10) != nil }) else { return nil }
        let parts = plain.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard let mantissa = parts.first else { return nil }
        let digits = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard digits.allSatisfy({ isDigits($0) }), digits.contains(where: { !$0.isEmpty }) else { return nil }
        var exponent = parts.count == 2 ? parts[1] : ["0"]
        let sign = exponent.first == "-" ? "-" : ""
        if let first = exponent.first, first == "+" || first == "-" { exponent.removeFirst() }
        guard isDigits(exponent), !exponent.isEmpty else { return nil }
        // Swift wants digits on both sides of the point.
        let fraction = digits.count == 2 ? String(digits[1]) : ""
        return Double("0\(String(digits[0])).\(fraction)0e\(sign)\(String(exponent))")
    }

    private static func isDigits(_ text: some Collection<Unicode.Scalar>) -> Bool {
        text.allSatisfy { digit($0, 10) != nil }
    }

    private static func digit(_ scalar: Unicode.Scalar, _ radix: UInt64) -> UInt64? {
        guard scalar.isASCII, let value = Character(scalar).hexDigitValue, value < radix else { return nil }
        return UInt64(value)
    }

    /// Takes underscores away; `nil` if one does not stand between two digits.
    private static func withoutUnderscores(
        _ text: some Collection<Unicode.Scalar>, isDigit: (Unicode.Scalar) -> Bool
    ) -> [Unicode.Scalar]? {
        let all = Array(text)
        for (index, scalar) in all.enumerated() where scalar == "_" {
            guard index > 0, index + 1 < all.count, isDigit(all[index - 1]), isDigit(all[index + 1]) else { return nil }
        }
        return all.filter { $0 != "_" }
    }
}
