/// A place in a document: lines and columns count from 1, columns in Unicode scalars.
package struct DocumentPosition: Sendable, Hashable, Comparable {
    // Every value of a document has one, and no document has so many bytes.
    private let lineNumber: UInt32
    private let columnNumber: UInt32

    package var line: Int { Int(lineNumber) }
    package var column: Int { Int(columnNumber) }

    package init(line: Int, column: Int) {
        (lineNumber, columnNumber) = (UInt32(clamping: line), UInt32(clamping: column))
    }

    package static func < (left: DocumentPosition, right: DocumentPosition) -> Bool {
        (left.lineNumber, left.columnNumber) < (right.lineNumber, right.columnNumber)
    }
}
