/// Makes what a job wrote safe for a terminal, piece by piece: nothing in it can move the cursor, set a title, answer for the person
/// who reads, or hide what comes before it.
///
/// Control characters but for line feed and tab are shown as in `^[`, invisible and direction characters as in `\u{202E}`, bytes that are
/// no UTF-8 as in `\xFF`. A carriage return before a line feed is let through.
struct TerminalText {
    /// The end of the last piece, if it may be the beginning of something that the next one ends.
    private var pending: [UInt8] = []

    private static let hidden: Set<Unicode.GeneralCategory> = [
        .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse,
    ]
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The next piece, as it may be shown.
    mutating func shown(_ piece: [UInt8]) -> [UInt8] {
        var bytes = pending + piece
        let kept = Self.openEnd(of: bytes)
        pending = Array(bytes.suffix(kept))
        bytes.removeLast(kept)
        return Self.escaped(bytes)
    }

    /// What was held back, when nothing comes any more.
    mutating func end() -> [UInt8] {
        defer { pending = [] }
        return Self.escaped(pending)
    }

    /// How many bytes at the end may be the beginning of a character, or of the end of a line.
    private static func openEnd(of bytes: [UInt8]) -> Int {
        if bytes.last == carriageReturn { return 1 }
        for count in 1...3 where count <= bytes.count {
            let lead = bytes[bytes.count - count]
            if lead & 0xC0 == 0x80 { continue }
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
            return length > count ? count : 0
        }
        return 0
    }

    private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        // Most of what programs write.
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == lineFeed || $0 == 0x09 }) { return bytes }
        var text = ""
        var (parser, iterator, index) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                index += encoded.count
                let endsLine = scalar == "\r" && index < bytes.count && bytes[index] == lineFeed
                text.unicodeScalars.append(contentsOf: endsLine ? "\r".unicodeScalars : shown(scalar).unicodeScalars)
            case .error(let length):
                for byte in bytes[index..<index + length] {
                    text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
                index += length
            case .emptyInput: return Array(text.utf8)
            }
        }
    }

    /// Whether a terminal may do something for it, or show nothing.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // Joiners, as in many scripts and in pictures of people, turn nothing around.
        if ["\n", "\t", "\u{200C}", "\u{200D}"].contains(scalar) { return false }
        return hidden.contains(scalar.properties.generalCategory)
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        guard isHidden(scalar) else { return String(Character(scalar)) }
        switch scalar.value {
        case 0..<0x20: return "^" + String(Character(Unicode.Scalar(UInt8(scalar.value + 0x40))))
        case 0x7F: return "^?"
        default: return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
}
