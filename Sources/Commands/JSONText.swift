/// JSON as it may be shown on a terminal.
enum JSONText {
    /// The same value, with every character of its strings that a terminal may obey or hide written as `\u` and its number.
    ///
    /// JSON itself asks that of the first thirty-two alone: not of those that stand for `ESC [` in one, nor of those that turn the
    /// direction of a line.
    static func safe(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: TerminalText.isHidden) else { return json }
        return json.unicodeScalars.reduce(into: "") { text, scalar in
            guard TerminalText.isHidden(scalar) else { return text.unicodeScalars.append(scalar) }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}
