import func Glibc.pow

/// A number as arithmetic takes it: `True` counts as 1.
enum Number {
    case integer(Int64)
    case float(Double)

    init?(_ value: ConditionValue) {
        switch value {
        case .bool(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = .float(value)
        default: return nil
        }
    }

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .float(let value): value
        }
    }
}

extension ConditionValue {
    /// A float that an operation gave.
    static func float(checked value: Double) throws(Fault) -> ConditionValue {
        guard !value.isNaN else { throw Fault(.notANumber, "the result is no number (NaN)") }
        return .float(value)
    }

    /// A whole number that an operation gave, together with whether it did not fit.
    static func integer(checked result: (partialValue: Int64, overflow: Bool)) throws(Fault) -> ConditionValue {
        guard !result.overflow else { throw .overflow }
        return .integer(result.partialValue)
    }
}

extension Fault {
    static var overflow: Fault {
        Fault(.overflow, "the result does not fit into 64 bits", remedy: "Write one of the numbers as a float.")
    }
    static var divisionByZero: Fault { Fault(.divisionByZero, "it divides by zero") }
}

extension Budget {
    mutating func result(
        of sign: Node.Operator, _ left: ConditionValue, _ right: ConditionValue
    ) throws(Fault) -> ConditionValue {
        if let left = Number(left), let right = Number(right) {
            if case .integer(let left) = left, case .integer(let right) = right { return try sign.result(left, right) }
            return try sign.result(left.double, right.double)
        }
        switch (sign, left, right) {
        case (.add, .string(let left), .string(let right)):
            try make(left.count + right.count, charactersOnly: true)
            return .string(left + right)
        case (.add, .list(let left), .list(let right)):
            try make(left.count + right.count)
            return .list(left + right)
        case (.add, .tuple(let left), .tuple(let right)):
            try make(left.count + right.count)
            return .tuple(left + right)
        case (.multiply, _, _):
            if case .integer(let count)? = Number(right), let value = try copies(count, of: left) { return value }
            if case .integer(let count)? = Number(left), let value = try copies(count, of: right) { return value }
        case (.modulo, .string, _):
            throw Fault(.typeMismatch, "strings cannot be formatted with %", remedy: "Write str(…) and +.")
        default: break
        }
        throw Fault(.typeMismatch, "'\(sign.rawValue)' cannot work on \(left.type) and \(right.type)")
    }

    /// The elements or characters that often, or `nil` if the value has none.
    private mutating func copies(_ count: Int64, of value: ConditionValue) throws(Fault) -> ConditionValue? {
        let count = max(0, Int(count))
        switch value {
        case .string(let text):
            try make(text.count.multipliedOrMax(by: count), charactersOnly: true)
            return .string(Array(repeatElement(text, count: text.isEmpty ? 0 : count).joined()))
        case .list(let elements):
            try make(elements.count.multipliedOrMax(by: count))
            return .list(Array(repeatElement(elements, count: elements.isEmpty ? 0 : count).joined()))
        case .tuple(let elements):
            try make(elements.count.multipliedOrMax(by: count))
            return .tuple(Array(repeatElement(elements, count: elements.isEmpty ? 0 : count).joined()))
        default: return nil
        }
    }
}

extension Int {
    fileprivate func multipliedOrMax(by other: Int) -> Int {
        let (product, isOverflow) = multipliedReportingOverflow(by: other)
        return isOverflow ? .max : product
    }
}

extension Node.Operator {
    fileprivate func result(_ left: Int64, _ right: Int64) throws(Fault) -> ConditionValue {
        switch self {
        case .add: return try .integer(checked: left.addingReportingOverflow(right))
        case .subtract: return try .integer(checked: left.subtractingReportingOverflow(right))
        case .multiply: return try .integer(checked: left.multipliedReportingOverflow(by: right))
        case .divide:
            guard right != 0 else { throw .divisionByZero }
            return .float(Self.quotient(left, right))
        case .floorDivide:
            guard right != 0 else { throw .divisionByZero }
            guard
                case .integer(let quotient) = try ConditionValue.integer(
                    checked: left.dividedReportingOverflow(by: right))
            else { throw .overflow }
            // Towards minus infinity, not towards zero.
            return .integer(left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient)
        case .modulo:
            guard right != 0 else { throw .divisionByZero }
            let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
            return .integer(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
        case .power: return right < 0 ? try result(Double(left), Double(right)) : try Self.power(left, right)
        }
    }

    /// - Source: `Objects/floatobject.c` of CPython 3.11, `_float_div_mod` and `float_pow`.
    fileprivate func result(_ left: Double, _ right: Double) throws(Fault) -> ConditionValue {
        switch self {
        case .add: return try .float(checked: left + right)
        case .subtract: return try .float(checked: left - right)
        case .multiply: return try .float(checked: left * right)
        case .divide:
            guard right != 0 else { throw .divisionByZero }
            return try .float(checked: left / right)
        case .floorDivide, .modulo:
            guard right != 0 else { throw .divisionByZero }
            var rest = left.truncatingRemainder(dividingBy: right)
            var quotient = (left - rest) / right
            if rest == 0 {
                rest = Double(signOf: right, magnitudeOf: 0)
            } else if (rest < 0) != (right < 0) {
                rest += right
                quotient -= 1
            }
            if self == .modulo { return try .float(checked: rest) }
            if quotient == 0 { return .float(Double(signOf: left / right, magnitudeOf: 0)) }
            let whole = quotient.rounded(.down)
            return try .float(checked: quotient - whole > 0.5 ? whole + 1 : whole)
        case .power:
            if left == 0, right < 0 { throw .divisionByZero }
            if left < 0, left.isFinite, right.isFinite, right != right.rounded(.down) {
                throw Fault(.notANumber, "the power of a negative number is complex")
            }
            let power = pow(left, right)
            if power.isInfinite, left.isFinite, right.isFinite {
                throw Fault(.overflow, "the power is beyond all floats")
            }
            return try .float(checked: power)
        }
    }

    /// The float that is nearest to the true quotient, which that of the nearest floats may not be.
    private static func quotient(_ left: Int64, _ right: Int64) -> Double {
        let (dividend, divisor) = (UInt128(left.magnitude), UInt128(right.magnitude))
        guard dividend != 0 else { return right < 0 ? -0.0 : 0 }
        // As far up as it goes, so that more bits come out than a float holds; a rest counts as one more behind them.
        let shift = dividend.leadingZeroBitCount
        let (quotient, rest) = (dividend << shift).quotientAndRemainder(dividingBy: divisor)
        let magnitude = Double(quotient | (rest == 0 ? 0 : 1)) * Double(sign: .plus, exponent: -shift, significand: 1)
        return (left < 0) != (right < 0) ? -magnitude : magnitude
    }

    private static func power(_ base: Int64, _ exponent: Int64) throws(Fault) -> ConditionValue {
        if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
        if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
        var (result, factor, rest): (Int64, Int64, Int64) = (1, base, exponent)
        while true {
            if rest % 2 == 1 {
                let product = result.multipliedReportingOverflow(by: factor)
                if product.overflow { throw .overflow }
                result = product.partialValue
            }
            rest /= 2
            if rest == 0 { return .integer(result) }
            // Its square is a part of the result, and not the larger one.
            let square = factor.multipliedReportingOverflow(by: factor)
            if square.overflow { throw .overflow }
            factor = square.partialValue
        }
    }
}
