/// The way to a value in a document.
///
/// - Source: RFC 6901 (JSON Pointer).
package struct DocumentPointer: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package static let root = DocumentPointer(description: "")

    private init(description: String) { self.description = description }

    package func member(_ key: String) -> DocumentPointer {
        let escaped = key.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
        return DocumentPointer(description: "\(description)/\(escaped)")
    }

    package func item(_ index: Int) -> DocumentPointer { DocumentPointer(description: "\(description)/\(index)") }
}
