/// The functions and methods that take values.
extension Budget {
    mutating func result(of function: Function, _ arguments: [ConditionValue]) throws(Fault) -> ConditionValue {
        let value = arguments[0]
        switch (function, value) {
        case (.bool, _): return .bool(value.isTrue)
        case (.str, .string): return value
        case (.str, _):
            var writer = ValueWriter(budget: self)
            try writer.write(value)
            self = writer.budget
            return .string(writer.text)
        case (.len, .string(let text)): return .integer(Int64(text.count))
        case (.len, .list(let elements)), (.len, .tuple(let elements)): return .integer(Int64(elements.count))
        case (.len, .dict(let members)): return .integer(Int64(members.count))
        case (.float, .string(let text)): return try float(text)
        case (.int, .string(let text)): return try int(text)
        default: break
        }
        guard let number = Number(value) else {
            throw Fault(.typeMismatch, "\(function.rawValue) does not take a value of type \(value.type)")
        }
        switch (function, number) {
        case (.abs, .integer(let number)) where number < 0:
            return try .integer(checked: Int64(0).subtractingReportingOverflow(number))
        case (.abs, .integer(let number)), (.int, .integer(let number)): return .integer(number)
        case (.abs, .float(let number)): return .float(number.magnitude)
        case (.float, _): return .float(number.double)
        case (.int, .float(let number)): return try Self.whole(number.rounded(.towardZero))
        case (.round, _): return try round(number, digits: arguments.dropFirst().first ?? .none)
        default: throw Fault(.typeMismatch, "\(function.rawValue) does not take a value of type \(value.type)")
        }
    }

    private static func whole(_ value: Double) throws(Fault) -> ConditionValue {
        guard let whole = Int64(exactly: value) else { throw .overflow }
        return .integer(whole)
    }

    // MARK: Numbers in strings

    /// A text without the white space around it, and its sign.
    private mutating func number(in text: [Unicode.Scalar]) throws(Fault) -> (
        text: ArraySlice<Unicode.Scalar>, isNegative: Bool
    ) {
        try spend(characters: text.count)
        // The digits of every script will do.
        let plain = text.map { scalar in
            guard !scalar.isASCII, scalar.properties.numericType == .decimal else { return scalar }
            return Unicode.Scalar(UInt8(ascii: "0") + UInt8(scalar.properties.numericValue ?? 0))
        }
        let bare = plain.stripped { $0.isPythonSpace }
        guard let first = bare.first, first == "-" || first == "+" else { return (bare, false) }
        return (bare.dropFirst(), first == "-")
    }

    private mutating func int(_ text: [Unicode.Scalar]) throws(Fault) -> ConditionValue {
        let (digits, isNegative) = try number(in: text)
        switch NumberText.whole(digits) {
        case .value(let magnitude)?:
            if isNegative, magnitude == Int64.min.magnitude { return .integer(.min) }
            guard let value = Int64(exactly: magnitude) else { throw .overflow }
            return .integer(isNegative ? -value : value)
        case .tooLarge?: throw .overflow
        case nil: throw Fault(.badValue, "the string holds no whole number")
        }
    }

    private mutating func float(_ text: [Unicode.Scalar]) throws(Fault) -> ConditionValue {
        let (digits, isNegative) = try number(in: text)
        let word = digits.count <= 8 ? String(digits).lowercased() : ""
        if word == "nan" { return try .float(checked: .nan) }
        guard let magnitude = word == "inf" || word == "infinity" ? .infinity : NumberText.float(digits) else {
            throw Fault(.badValue, "the string holds no number")
        }
        return .float(isNegative ? -magnitude : magnitude)
    }

    // MARK: Rounding

    /// To the even neighbour from the middle; what counts is the exact value of a float, not its digits.
    private func round(_ number: Number, digits: ConditionValue) throws(Fault) -> ConditionValue {
        if digits.isNone {
            switch number {
            case .integer(let value): return .integer(value)
            case .float(let value): return try Self.whole(value.rounded(.toNearestOrEven))
            }
        }
        guard case .integer(let digits)? = Number(digits) else {
            throw Fault(.typeMismatch, "the number of digits is a whole number, not one of type \(digits.type)")
        }
        switch number {
        case .integer(let value): return try Self.rounded(value, digits)
        case .float(let value): return .float(try Self.rounded(value, digits))
        }
    }

    private static func rounded(_ value: Int64, _ digits: Int64) throws(Fault) -> ConditionValue {
        guard digits < 0, value != 0 else { return .integer(value) }
        guard digits >= -19 else { return .integer(0) }
        let unit = (0..<Int(-digits)).reduce(UInt128(1)) { unit, _ in unit * 10 }
        let magnitude = nearest(UInt128(value.magnitude), unit) * unit
        guard let rounded = Int64(exactly: value < 0 ? -Int128(magnitude) : Int128(magnitude)) else { throw .overflow }
        return .integer(rounded)
    }

    private static func rounded(_ value: Double, _ digits: Int64) throws(Fault) -> Double {
        guard (-22...22).contains(digits) else {
            throw Fault(.unsupported, "floats are rounded to -22 ... 22 digits, not to \(digits)")
        }
        let isWhole = value.magnitude >= 0x1p52
        // Beyond 2^127 the next float is further away than anything that is rounded off.
        guard value.isFinite, value.magnitude < 0x1p127, !isWhole || digits < 0 else { return value }
        guard value.magnitude >= 0x1p-75 else { return Double(signOf: value, magnitudeOf: 0) }
        let power = (0..<digits.magnitude).reduce(UInt128(1)) { power, _ in power * 10 }
        // The value is whole * 2^exponent, so that whole numbers of at most 128 bits do.
        let (whole, exponent) = (UInt128(value.significandBitPattern | 1 << 52), Int(value.exponent) - 52)
        let up = exponent > 0 ? whole << exponent : whole
        let down = exponent < 0 ? UInt128(1) << -exponent : 1
        let rounded = digits < 0 ? (down > 1 << 53 ? 0 : nearest(up, down * power)) : nearest(up * power, down)
        let magnitude = Double("\(rounded)e\(-digits)") ?? 0
        return value < 0 ? -magnitude : magnitude
    }

    /// The quotient, rounded.
    private static func nearest(_ dividend: UInt128, _ divisor: UInt128) -> UInt128 {
        let (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
        // rest * 2 > divisor, without a number that could be too large
        let isUp = rest > divisor - rest || (rest == divisor - rest && quotient % 2 == 1)
        return isUp ? quotient + 1 : quotient
    }
}
