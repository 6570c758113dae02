/// Bytes that are kept, by their name: the answer to `POST /blobs`.
package struct BlobView: Sendable, Hashable, Codable {
    /// `sha256:` and 64 hex digits.
    package var digest: String
    package var sizeBytes: Int64

    private enum CodingKeys: String, CodingKey {
        case digest
        case sizeBytes = "size_bytes"
    }

    package init(digest: String, sizeBytes: Int64) { (self.digest, self.sizeBytes) = (digest, sizeBytes) }
}

/// What was taken of a live standard input: the answer to `POST /jobs/{id}/stdin`.
package struct StdinView: Sendable, Hashable, Codable {
    package var takenBytes: Int64
    /// Whether the job took all of it; if not, it ended first.
    package var isWhole: Bool

    private enum CodingKeys: String, CodingKey {
        case takenBytes = "taken_bytes"
        case isWhole = "is_whole"
    }

    package init(takenBytes: Int64, isWhole: Bool) { (self.takenBytes, self.isWhole) = (takenBytes, isWhole) }
}
