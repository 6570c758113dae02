package import Model

/// What a document may be, so that reading it takes little time and memory, whatever it holds.
package enum DocumentBounds {
    package static let bytes = ByteCount.mebibytes(10)
    /// Lists and maps within each other.
    package static let depth = 32
    /// Values and keys together.
    package static let nodes = 10_000
    /// Mistakes that are told one by one; the rest is counted.
    package static let mistakes = 100
}
