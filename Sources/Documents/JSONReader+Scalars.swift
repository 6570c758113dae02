extension JSONReader {
    /// Reads a number, to be kept as it is written.
    mutating func number(at pointer: DocumentPointer) throws(Stop) -> String {
        let start = index
        _ = take("-")
        // A number does not begin with a nought, unless that is all there is before the point.
        if !take("0") { try digits(pointer) }
        if take(".") { try digits(pointer) }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits(pointer)
        }
        if let next = peek(), isDigit(next) || next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "x") {
            throw stop(
                "has a number that JSON does not know", "Write a decimal number without leading noughts.", pointer)
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits(_ pointer: DocumentPointer) throws(Stop) {
        let start = index
        while let byte = peek(), isDigit(byte) { index += 1 }
        guard index > start else { throw stop("needs a digit here", "Write a decimal number.", pointer) }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Reads a string in its quotes.
    mutating func string(at pointer: DocumentPointer) throws(Stop) -> String {
        index += 1
        var content: [UInt8] = []
        while true {
            // What needs no care is taken as a whole.
            let start = index
            while let byte = peek(), byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { index += 1 }
            content += bytes[start..<index]
            switch peek() {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): content += try escape(pointer).utf8
            case nil: throw stop("ends in the middle of a string", "Close the string with a double quote.", pointer)
            default:
                throw stop("has a control character in a string", "Write it as \\n, \\t or \\u00XX.", pointer)
            }
        }
    }

    private mutating func escape(_ pointer: DocumentPointer) throws(Stop) -> String {
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
        ]
        let start = index
        index += 1
        if let byte = peek(), let scalar = plain[Unicode.Scalar(byte)] {
            index += 1
            return String(Character(scalar))
        }
        guard take("u"), let first = hex() else {
            index = start
            throw stop("has an escape that JSON does not know", "Write \\\\ for a backslash.", pointer)
        }
        if let scalar = Unicode.Scalar(first) { return String(Character(scalar)) }
        // One half of a pair, as UTF-16 has them beyond U+FFFF.
        guard first < 0xDC00, take("\\"), take("u"), let second = hex(), (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else {
            index = start
            throw stop("has one half of a surrogate pair", "Write the character itself, or both halves.", pointer)
        }
        return String(Character(scalar))
    }

    /// Four hexadecimal digits.
    private mutating func hex() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        let digits = bytes[index..<index + 4]
        guard digits.allSatisfy({ isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20) }) else {
            return nil
        }
        index += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
