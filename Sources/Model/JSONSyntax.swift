/// Tells whether bytes are one JSON text, strictly: what two readers could understand differently is refused.
///
/// Beyond the grammar, a text must be UTF-8 without a byte order mark, no object may have two members of one name (compared
/// after their escapes are resolved), and no escape may be half a surrogate pair. Nothing recurses, and the time is in
/// proportion to the text.
///
/// - Source: RFC 8259; section 4 on names, 8.1 on the byte order mark, 8.2 on surrogates.
package struct JSONSyntax {
    /// The first thing that is wrong with a text.
    package struct Flaw: Error, Sendable, Hashable, CustomStringConvertible {
        /// Both from 1; the column counts bytes.
        package let line, column: Int
        /// What is wrong, as the rest of a sentence.
        package let detail: String

        package var description: String { "line \(line), column \(column): \(detail)" }
    }

    /// Arrays and objects that may be open at once.
    package static let maxDepth = 512

    private enum Container {
        case array
        /// The names so far: where each begins, by its hash.
        case object([Int: Int])
    }

    private let bytes: [UInt8]
    private var index = 0
    private var open: [Container] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: ``Flaw``, the first there is.
    package static func check(_ bytes: [UInt8]) throws(Flaw) {
        var syntax = JSONSyntax(bytes)
        try syntax.text()
    }

    // MARK: Structure

    private mutating func text() throws(Flaw) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw flaw("a byte order mark") }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { throw flaw("not UTF-8") }
        skipSpace()
        if next == nil { throw flaw("it is empty") }
        repeat {
            while try beginValue() {}
        } while try !endValue()
        if next != nil { throw flaw("something behind the end of the value") }
    }

    /// Reads a value, or the beginning of an array or object that is not empty; true if a value has to follow.
    private mutating func beginValue() throws(Flaw) -> Bool {
        guard let byte = next else { throw flaw("it ends where a value should stand") }
        switch byte {
        case UInt8(ascii: "{"):
            try push(.object([:]))
            if closes(UInt8(ascii: "}")) { return false }
            try name()
            return true
        case UInt8(ascii: "["):
            try push(.array)
            return !closes(UInt8(ascii: "]"))
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: throw flaw("no value can begin here")
        }
        return false
    }

    /// Goes on behind a value: closes what ends here; false if another value has to follow, true at the end of the text.
    private mutating func endValue() throws(Flaw) -> Bool {
        while true {
            skipSpace()
            guard let container = open.last else { return true }
            let isArray = if case .array = container { true } else { false }
            let closing = UInt8(ascii: isArray ? "]" : "}")
            if closes(closing) { continue }
            guard next == UInt8(ascii: ",") else {
                let what = isArray ? "an array" : "an object"
                throw flaw(
                    next == nil ? "it ends inside of \(what)" : "a comma or the end of \(what) should stand here")
            }
            index += 1
            skipSpace()
            if next == closing { throw flaw("nothing stands behind the comma") }
            if !isArray { try name() }
            return false
        }
    }

    private mutating func push(_ container: Container) throws(Flaw) {
        guard open.count < Self.maxDepth else { throw flaw("more than \(Self.maxDepth) arrays and objects are open") }
        open.append(container)
        index += 1
        skipSpace()
    }

    /// Ends the innermost array or object if `closing` stands here.
    private mutating func closes(_ closing: UInt8) -> Bool {
        guard next == closing else { return false }
        open.removeLast()
        index += 1
        return true
    }

    /// Reads a member's name and its colon, up to its value.
    private mutating func name() throws(Flaw) {
        guard next == UInt8(ascii: "\"") else { throw flaw("the name of a member should stand here") }
        let start = index
        let name = try string()
        if case .object(var names)? = open.popLast() {
            if let other = names.updateValue(start, forKey: name.hashValue), try string(at: other) == name {
                index = start
                throw flaw("the object has a member of this name already")
            }
            open.append(.object(names))
        }
        skipSpace()
        guard next == UInt8(ascii: ":") else { throw flaw("a colon should stand here") }
        index += 1
        skipSpace()
    }

    // MARK: Values

    private mutating func word(_ word: String) throws(Flaw) {
        for byte in word.utf8 {
            guard next == byte else { throw flaw("no value can begin so") }
            index += 1
        }
    }

    private mutating func number() throws(Flaw) {
        if next == UInt8(ascii: "-") { index += 1 }
        if next == UInt8(ascii: "0") {
            index += 1
            if let next, Self.isDigit(next) { throw flaw("a number with a leading zero") }
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            index += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
    }

    private mutating func digits() throws(Flaw) {
        let start = index
        while let next, Self.isDigit(next) { index += 1 }
        guard index > start else { throw flaw("a digit should stand here") }
    }

    private func string(at start: Int) throws(Flaw) -> [UInt8] {
        var other = self
        other.index = start
        return try other.string()
    }

    /// Reads a string from its first quotation mark on; gives its UTF-8 with the escapes resolved.
    private mutating func string() throws(Flaw) -> [UInt8] {
        index += 1
        var content: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return content
            case UInt8(ascii: "\\"):
                index += 1
                content += String(try escape()).utf8
            case ..<0x20: throw flaw("a control character inside of a string")
            case ..<0x80:
                content.append(byte)
                index += 1
            default:
                let length = sequenceLength
                guard length > 0 else { throw flaw("not UTF-8") }
                content += bytes[index..<index + length]
                index += length
            }
        }
        throw flaw("it ends inside of a string")
    }

    private mutating func escape() throws(Flaw) -> Unicode.Scalar {
        guard let byte = next else { throw flaw("it ends inside of a string") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try hexNumber()
            if let scalar = Unicode.Scalar(high) { return scalar }
            guard (0xD800..<0xDC00).contains(high), next == UInt8(ascii: "\\") else { throw halfPair }
            index += 1
            guard next == UInt8(ascii: "u") else { throw halfPair }
            index += 1
            let low = try hexNumber()
            guard (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + low - 0xDC00)
            else { throw halfPair }
            return scalar
        default:
            index -= 1
            throw flaw("an escape that there is not")
        }
    }

    private var halfPair: Flaw { flaw("half a surrogate pair") }

    private mutating func hexNumber() throws(Flaw) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw flaw("a hexadecimal digit should stand here")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func skipSpace() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { index += 1 }
    }

    /// The bytes of the well-formed UTF-8 sequence that begins here, 0 if there is none.
    ///
    /// - Source: The Unicode Standard, table 3-7.
    private var sequenceLength: Int {
        let (first, second): (UInt8, ClosedRange<UInt8>) =
            switch bytes[index] {
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            default: (0, 0...0)
            }
        let length = Int(first)
        guard length > 0, index + length <= bytes.count, second.contains(bytes[index + 1]),
            bytes[index + 2..<index + length].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { return 0 }
        return length
    }

    private func flaw(_ detail: String) -> Flaw {
        let before = bytes[..<min(index, bytes.count)]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        return Flaw(line: line, column: before.count - lineStart + 1, detail: detail)
    }
}
