/// A file that one job leaves and another one of the same graph is given.
package struct InputReference: Sendable, Hashable, Codable {
    /// A node that the job needs.
    package var node: String
    package var part: Part
    /// Of an `artifact`: its path beneath `/work`, as it was collected.
    package var path: String?

    package enum Part: String, Sendable, Hashable, Codable, CaseIterable {
        /// The result file; of a `map`, the list of its children's results.
        case result
        case stdout, stderr
        case artifact
    }

    package init(node: String, part: Part, path: String? = nil) {
        (self.node, self.part, self.path) = (node, part, path)
    }
}
