/// A pattern for paths beneath `/work`, such as `out/*.png` or `**/*.csv`.
///
/// `*` stands for any characters but a slash, `?` for one, `[a-z]` for one of a set, `[!a-z]` for one that is not in it, and
/// `**` in the place of a folder for any number of folders. A name that begins with a dot is like any other. A `[` that is
/// never closed stands for itself; `[*]` is how a star that means itself is written. Characters are Unicode scalars; a byte
/// that is no part of one is a character of its own, which only `*`, `?` and `[!…]` match.
///
/// A match takes at most (length of the pattern) × (length of the path) steps: a failure goes back to the last star only.
package struct PathPattern: Sendable, Hashable {
    private enum Token: Sendable, Hashable {
        case character(UInt32)
        case anyOne
        case anyMany
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    private enum Part: Sendable, Hashable {
        case name([Token])
        /// `**`
        case folders
    }

    package let text: String
    private let parts: [Part]

    package init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        for word in text.split(separator: "/") {
            if word != "**" {
                parts.append(.name(Self.tokens(word)))
            } else if parts.last != .folders {
                parts.append(.folders)
            }
        }
        // `out/**` means what lies beneath, not `out` itself.
        if parts.last == .folders { parts.append(.name([.anyMany])) }
        self.parts = parts
    }

    /// Whether `text` is a pattern; else it names the one path that it is.
    package static func isPattern(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

    /// Whether folders are walked into rather than matched.
    package var descends: Bool { parts.contains(.folders) }

    /// Whether the pattern stands for the path with these names.
    ///
    /// - Parameters:
    ///   - path: the names, decoded by ``characters(_:)``.
    ///   - steps: grows by what the match took.
    package func matches(_ path: [[UInt32]], steps: inout Int) -> Bool {
        Self.matches(
            parts.count, path.count, isMany: { parts[$0] == .folders },
            fits: { part, name, steps in
                guard case .name(let tokens) = parts[part] else { return false }
                return Self.matches(
                    tokens.count, path[name].count, isMany: { tokens[$0] == .anyMany },
                    fits: { token, character, _ in Self.fits(tokens[token], path[name][character]) }, steps: &steps)
            }, steps: &steps)
    }

    /// The characters of a name.
    package static func characters(_ name: some Collection<UInt8>) -> [UInt32] {
        var characters: [UInt32] = []
        var rest = Array(name)[...]
        while let first = rest.first {
            var decoder = UTF8()
            var iterator = rest.prefix(4).makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&iterator) {
                characters.append(scalar.value)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                characters.append(noScalar + UInt32(first))
                rest = rest.dropFirst()
            }
        }
        return characters
    }

    /// Above every Unicode scalar.
    private static let noScalar: UInt32 = 0x11_0000

    /// Walks through a pattern of `count` elements and what it may stand for, of which one is fitted to each element that is
    /// not a "many".
    ///
    /// When one does not fit, the last "many" takes one more: an earlier one need not, as a later one takes whatever it would.
    private static func matches(
        _ count: Int, _ length: Int, isMany: (Int) -> Bool, fits: (Int, Int, inout Int) -> Bool, steps: inout Int
    ) -> Bool {
        var (element, index) = (0, 0)
        var retry: (element: Int, index: Int)?
        while index < length || element < count {
            steps += 1
            if element < count, isMany(element) {
                retry = (element + 1, index)
                element += 1
            } else if element < count, index < length, fits(element, index, &steps) {
                (element, index) = (element + 1, index + 1)
            } else if let last = retry, last.index < length {
                retry = (last.element, last.index + 1)
                (element, index) = (last.element, last.index + 1)
            } else {
                return false
            }
        }
        return true
    }

    private static func fits(_ token: Token, _ character: UInt32) -> Bool {
        switch token {
        case .character(let own): own == character
        case .anyOne, .anyMany: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
        }
    }

    private static func tokens(_ word: Substring) -> [Token] {
        let characters = Array(word.unicodeScalars)
        var tokens: [Token] = []
        var index = 0
        while index < characters.count {
            switch characters[index] {
            case "*": if tokens.last != .anyMany { tokens.append(.anyMany) }
            case "?": tokens.append(.anyOne)
            case "[":
                if let (token, end) = set(characters, from: index + 1) {
                    tokens.append(token)
                    index = end
                } else {
                    tokens.append(.character(characters[index].value))
                }
            default: tokens.append(.character(characters[index].value))
            }
            index += 1
        }
        return tokens
    }

    /// The set whose content begins at `start`, and where its `]` stands; `nil` if it is never closed.
    private static func set(_ characters: [Unicode.Scalar], from start: Int) -> (Token, end: Int)? {
        var index = start
        let isNegated = index < characters.count && (characters[index] == "!" || characters[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        let first = index
        // A `]` in the first place is a member.
        while index < characters.count, characters[index] != "]" || index == first {
            let low = characters[index].value
            if index + 2 < characters.count, characters[index + 1] == "-", characters[index + 2] != "]" {
                let high = characters[index + 2].value
                if low <= high { ranges.append(low...high) }
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        return index < characters.count ? (.set(ranges, isNegated: isNegated), index) : nil
    }
}
