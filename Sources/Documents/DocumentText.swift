import Model

/// The bytes of a document, checked to be text.
enum DocumentText {
    private static let remedy = "Save the document as UTF-8, without a byte order mark and without NUL."
    private static let marks: [(bytes: [UInt8], name: String)] = [
        ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
    ]

    /// What makes `bytes` no text that can be read, or `nil`.
    static func mistake(in bytes: [UInt8], document: String, atMost most: ByteCount = DocumentBounds.bytes)
        -> DocumentMistake?
    {
        guard bytes.count <= most.bytes else {
            return DocumentMistake(
                .documentTooLarge, document: document, position: nil,
                problem: "is larger than the \(most) that are read",
                remedy: "Leave large content out: give files by path, or with --file.")
        }
        if let mark = marks.first(where: { bytes.starts(with: $0.bytes) }) {
            return badEncoding(document, .init(line: 1, column: 1), "begins with a byte order mark (\(mark.name))")
        }
        if String(validating: bytes, as: UTF8.self) == nil {
            let offset = validPrefix(of: bytes)
            let byte = String(bytes[min(offset, bytes.count - 1)], radix: 16)
            return badEncoding(document, position(of: offset, in: bytes), "is not UTF-8: 0x\(byte) cannot stand here")
        }
        if let offset = bytes.firstIndex(of: 0) {
            return badEncoding(document, position(of: offset, in: bytes), "contains a NUL byte")
        }
        return nil
    }

    /// Where the byte at `offset` stands; what lies before it is valid UTF-8.
    static func position(of offset: Int, in bytes: [UInt8]) -> DocumentPosition {
        var (line, column) = (1, 1)
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return DocumentPosition(line: line, column: column)
    }

    /// How many bytes are valid before the first one that is not.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var (parser, iterator, offset) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        return offset
    }

    private static func badEncoding(_ document: String, _ position: DocumentPosition, _ problem: String)
        -> DocumentMistake
    {
        DocumentMistake(
            .documentBadEncoding, document: document, position: position, problem: problem, remedy: remedy)
    }
}
