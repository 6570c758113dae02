import Model

/// Reads strict JSON: no comments, no trailing commas, no duplicate keys.
///
/// - Source: RFC 8259.
struct JSONReader {
    /// Why reading cannot go on.
    struct Stop: Error { let mistake: DocumentMistake }

    let document: String
    let bytes: [UInt8]
    /// The next byte.
    var index = 0
    private let mostNodes: Int
    private var nodes = 0
    private var mistakes: [DocumentMistake] = []
    /// The last place that was asked for: places are asked for in their order, so each byte is counted once.
    private var place = (index: 0, line: 1, column: 1)

    init(_ bytes: [UInt8], document: String, mostNodes: Int = DocumentBounds.nodes) {
        (self.bytes, self.document, self.mostNodes) = (bytes, document, mostNodes)
    }

    mutating func read() -> (node: DocumentNode?, mistakes: [DocumentMistake]) {
        do throws(Stop) {
            let node = try value(at: .root, depth: 0)
            skipBlanks()
            guard index == bytes.count else { throw stop("goes on after its end", "Keep one value only.") }
            return (node, mistakes)
        } catch {
            return (nil, mistakes + [error.mistake])
        }
    }

    private mutating func value(at pointer: DocumentPointer, depth: Int) throws(Stop) -> DocumentNode {
        skipBlanks()
        let start = position()
        try countNode(start, pointer)
        let value: DocumentNode.Value
        switch peek().map(Unicode.Scalar.init) {
        case "{", "[":
            guard depth < DocumentBounds.depth else {
                throw Stop(mistake: DocumentReader.tooDeep(document, start, pointer))
            }
            value =
                peek() == UInt8(ascii: "{")
                ? .map(try members(at: pointer, depth: depth + 1)) : .list(try items(at: pointer, depth: depth + 1))
        case "\"": value = .string(try string(at: pointer))
        case let digit? where digit == "-" || digit.isASCII && digit.properties.numericType == .decimal:
            value = .number(try number(at: pointer))
        case nil: throw stop("ends where a value is expected", "Complete the document.", pointer)
        default: value = try word(at: pointer)
        }
        return DocumentNode(value: value, position: start)
    }

    private mutating func members(at pointer: DocumentPointer, depth: Int) throws(Stop) -> [DocumentNode.Member] {
        var (members, keys): ([DocumentNode.Member], DocumentKeys) = ([], DocumentKeys())
        index += 1
        skipBlanks()
        if take("}") { return members }
        while true {
            skipBlanks()
            let keyPosition = position()
            guard peek() == UInt8(ascii: "\"") else {
                throw stop("needs a key in double quotes here", "Write \"key\": value; no comma before }.", pointer)
            }
            try countNode(keyPosition, pointer)
            let key = try string(at: pointer)
            skipBlanks()
            guard take(":") else { throw stop("needs a colon after a key here", "Write \"key\": value.", pointer) }
            let node = try value(at: pointer.member(key), depth: depth)
            if keys.isNew(key, beside: members) {
                members.append(.init(key: key, keyPosition: keyPosition, node: node))
            } else {
                mistakes.append(DocumentReader.duplicate(document, keyPosition, pointer.member(key)))
            }
            skipBlanks()
            if take("}") { return members }
            guard take(",") else { throw stop("needs a comma or } here", "Part members by commas.", pointer) }
        }
    }

    private mutating func items(at pointer: DocumentPointer, depth: Int) throws(Stop) -> [DocumentNode] {
        var items: [DocumentNode] = []
        index += 1
        skipBlanks()
        if take("]") { return items }
        while true {
            items.append(try value(at: pointer.item(items.count), depth: depth))
            skipBlanks()
            if take("]") { return items }
            guard take(",") else { throw stop("needs a comma or ] here", "Part items by commas.", pointer) }
        }
    }

    private mutating func word(at pointer: DocumentPointer) throws(Stop) -> DocumentNode.Value {
        let words: [(String, DocumentNode.Value)] = [("true", .bool(true)), ("false", .bool(false)), ("null", .null)]
        for (word, value) in words where bytes[index...].starts(with: word.utf8) {
            index += word.utf8.count
            return value
        }
        throw stop("needs a value here", "Write strings in double quotes; no comments, no comma before ].", pointer)
    }

    private mutating func countNode(_ position: DocumentPosition, _ pointer: DocumentPointer) throws(Stop) {
        nodes += 1
        guard nodes <= mostNodes else {
            throw Stop(mistake: DocumentReader.tooMany(document, position, pointer, most: mostNodes))
        }
    }

    // MARK: Bytes

    func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: letter) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func position() -> DocumentPosition {
        while place.index < index {
            let byte = bytes[place.index]
            place.index += 1
            if byte == 0x0A {
                (place.line, place.column) = (place.line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                place.column += 1
            }
        }
        return DocumentPosition(line: place.line, column: place.column)
    }

    /// What is wrong at the next byte.
    mutating func stop(_ problem: String, _ remedy: String, _ pointer: DocumentPointer = .root) -> Stop {
        Stop(
            mistake: DocumentMistake(
                .documentBadJSON, document: document, position: position(), pointer: pointer, problem: problem,
                remedy: remedy))
    }
}
