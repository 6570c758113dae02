package import Model

/// What a document may be, so that reading it takes little time and memory, whatever it holds.
package enum DocumentBounds {
    package static let bytes = Size.plain.bytes
    /// Lists and maps within each other.
    package static let depth = 32
    /// Values and keys together.
    package static let nodes = Size.plain.nodes
    /// Mistakes that are told one by one; the rest is counted.
    package static let mistakes = 100

    /// How large a document may be: that depends on what it is read for.
    package struct Size: Sendable, Hashable {
        package let bytes: ByteCount
        /// Values and keys together.
        package let nodes: Int

        /// One job, or settings.
        package static let plain = Size(bytes: .mebibytes(10), nodes: 10_000)
        /// What is submitted: a graph may have ``Submission/mostNodes`` jobs, with twenty keys and values each.
        package static let submission = Size(bytes: .mebibytes(64), nodes: 20 * Submission.mostNodes)
    }
}
