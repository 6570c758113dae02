package import Model

/// One thing that is wrong with a document.
package struct DocumentMistake: UserFacingError, Hashable {
    package let code: ErrorCode
    /// The document's name, as it was given.
    package let document: String
    /// Where it stands, or `nil` when that is nowhere in particular.
    package let position: DocumentPosition?
    package let pointer: DocumentPointer
    /// What is wrong, as the rest of a sentence that begins with the pointer; without secrets.
    package let problem: String
    package let remedy: String?

    package init(
        _ code: ErrorCode, document: String, position: DocumentPosition?, pointer: DocumentPointer = .root,
        problem: String, remedy: String?
    ) {
        (self.code, self.document, self.position, self.pointer) = (code, document, position, pointer)
        (self.problem, self.remedy) = (problem, remedy)
    }

    package var message: String {
        let place = position.map { ":\($0.line):\($0.column)" } ?? ""
        let subject = pointer == .root ? "the document" : pointer.description
        return "\(Self.shown(document, width: 200))\(place): \(Self.shown(subject, width: 200)) \(problem)."
    }

    /// A text from a document, safe for a terminal: control and direction characters as dots, at most `width` characters.
    package static func shown(_ text: String, width: Int = 60) -> String {
        let hidden: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]
        let plain = text.prefix(width).map { letter in
            letter.unicodeScalars.contains { hidden.contains($0.properties.generalCategory) } ? "·" : letter
        }
        return String(plain) + (text.dropFirst(width).isEmpty ? "" : "…")
    }
}

/// Everything that is wrong with a document, in the order in which it stands there.
package struct DocumentMistakes: Error, Sendable {
    package let mistakes: [DocumentMistake]

    package init(_ mistakes: [DocumentMistake]) {
        let start = DocumentPosition(line: 0, column: 0)
        let sorted = mistakes.enumerated().sorted {
            ($0.element.position ?? start, $0.offset) < ($1.element.position ?? start, $1.offset)
        }.map(\.element)
        guard sorted.count > DocumentBounds.mistakes, let first = sorted.first else {
            self.mistakes = sorted
            return
        }
        let rest = DocumentMistake(
            .documentInvalid, document: first.document, position: nil,
            problem: "has \(sorted.count - DocumentBounds.mistakes) more mistakes", remedy: "Mend these first.")
        self.mistakes = sorted.prefix(DocumentBounds.mistakes) + [rest]
    }
}
