import Model

/// Reads any document into nodes: what is the same for all kinds of them.
package enum DocumentReader {
    /// The document's top value, if it could be made out, and everything that is wrong with its form.
    ///
    /// - Parameters:
    ///   - name: for messages, and to tell JSON from YAML (``DocumentForm``).
    ///   - size: how large it may be.
    package static func read(_ bytes: [UInt8], name: String, size: DocumentBounds.Size = .plain)
        -> (node: DocumentNode?, mistakes: [DocumentMistake])
    {
        if let mistake = DocumentText.mistake(in: bytes, document: name, atMost: size.bytes) { return (nil, [mistake]) }
        switch DocumentForm(name: name, bytes: bytes) {
        case .json:
            var reader = JSONReader(bytes, document: name, mostNodes: size.nodes)
            return reader.read()
        case .yaml:
            var reader = YAMLReader(document: name, mostNodes: size.nodes)
            return reader.read(bytes)
        }
    }

    static func tooDeep(_ document: String, _ position: DocumentPosition, _ pointer: DocumentPointer) -> DocumentMistake
    {
        DocumentMistake(
            .documentTooLarge, document: document, position: position, pointer: pointer,
            problem: "is nested deeper than \(DocumentBounds.depth) levels", remedy: "Nest lists and maps less deeply.")
    }

    static func tooMany(
        _ document: String, _ position: DocumentPosition, _ pointer: DocumentPointer, most: Int
    ) -> DocumentMistake {
        DocumentMistake(
            .documentTooLarge, document: document, position: position, pointer: pointer,
            problem: "is beyond the \(most) keys and values that are read",
            remedy: "Leave large content out: give files by path, or with --file.")
    }

    static func duplicate(_ document: String, _ position: DocumentPosition, _ pointer: DocumentPointer)
        -> DocumentMistake
    {
        DocumentMistake(
            .documentInvalid, document: document, position: position, pointer: pointer,
            problem: "is there already", remedy: "Keep one of the two.")
    }
}
