/// Writes values as Python's `repr` does.
struct ValueWriter {
    var budget: Budget
    private(set) var text: [Unicode.Scalar] = []

    init(budget: Budget) { self.budget = budget }

    mutating func write(_ value: ConditionValue) throws(Fault) {
        switch value {
        case .none: try append("None")
        case .bool(let value): try append(value ? "True" : "False")
        case .integer(let value): try append(String(value))
        case .float(let value): try append(Self.text(of: value))
        case .string(let text): try write(quoted: text)
        case .list(let elements): try write(elements, between: "[", "]")
        case .tuple(let elements): try write(elements, between: "(", elements.count == 1 ? ",)" : ")")
        case .dict(let members):
            try budget.enter()
            defer { budget.leave() }
            try append("{")
            for (index, name) in try budget.names(of: members).enumerated() {
                if index > 0 { try append(", ") }
                try write(quoted: name)
                try append(": ")
                if let value = try budget.member(name, of: members) { try write(value) }
            }
            try append("}")
        }
    }

    private mutating func write(
        _ elements: [ConditionValue], between opening: String, _ closing: String
    ) throws(Fault) {
        try budget.enter()
        defer { budget.leave() }
        try append(opening)
        for (index, element) in elements.enumerated() {
            if index > 0 { try append(", ") }
            try write(element)
        }
        try append(closing)
    }

    private mutating func write(quoted content: [Unicode.Scalar]) throws(Fault) {
        let quote: Unicode.Scalar = content.contains("'") && !content.contains("\"") ? "\"" : "'"
        try append(String(quote))
        for scalar in content {
            switch scalar {
            case "\\", quote: try append("\\\(scalar)")
            case "\n": try append("\\n")
            case "\r": try append("\\r")
            case "\t": try append("\\t")
            default:
                if Self.isPrintable(scalar) {
                    try append(String(scalar))
                } else {
                    let (letter, length) =
                        scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                    let digits = String(scalar.value, radix: 16)
                    try append("\\\(letter)\(String(repeating: "0", count: length - digits.count))\(digits)")
                }
            }
        }
        try append(String(quote))
    }

    private mutating func append(_ piece: String) throws(Fault) {
        try budget.spend()
        text.append(contentsOf: piece.unicodeScalars)
        try budget.checkSize(text.count)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// The shortest digits that give the same float again, in the form that Python writes them.
    static func text(of value: Double) -> String {
        guard value.isFinite else { return value < 0 ? "-inf" : "inf" }
        // Swift finds the same digits, and puts the point elsewhere: from 2^54 on, and below 1e-4, it writes an exponent.
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = mantissa[0], fraction = mantissa.count == 2 && mantissa[1] != "0" ? mantissa[1] : ""
        var digits = Substring(whole + fraction)
        var point = whole.count + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
        while digits.count > 1, digits.first == "0" {
            digits.removeFirst()
            point -= 1
        }
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let sign = value.sign == .minus ? "-" : ""
        if digits == "0" { return sign + "0.0" }
        let zeros = { String(repeating: "0", count: $0) }
        if point > 16 || point < -3 {
            let exponent = String((point - 1).magnitude)
            let rest = digits.dropFirst()
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + (point > 0 ? "e+" : "e-")
                + zeros(max(0, 2 - exponent.count)) + exponent
        }
        if point <= 0 { return sign + "0." + zeros(-point) + digits }
        if point >= digits.count { return sign + digits + zeros(point - digits.count) + ".0" }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}
