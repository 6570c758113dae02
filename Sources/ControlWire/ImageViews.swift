// What is asked for by the POST requests on images, and what is answered.

/// `POST /images`.
package struct ImageAsk: Sendable, Hashable, Codable {
    /// With a tag or a digest, or an id.
    package var reference: String
    package var name: String

    private enum CodingKeys: String, CodingKey { case reference, name }

    package init(reference: String, name: String) { (self.reference, self.name) = (reference, name) }
}

/// `POST /images/{name}/remove`.
package struct ImageRemovalAsk: Sendable, Hashable, Codable {
    /// Whether the image goes, too, if it was loaded for the name from an archive.
    package var fromEngine: Bool?

    private enum CodingKeys: String, CodingKey { case fromEngine = "from_engine" }

    package init(fromEngine: Bool? = nil) { self.fromEngine = fromEngine }
}

/// A name and what it stands for.
package struct ImageView: Sendable, Hashable, Codable {
    package var name: String
    package var imageID: String
    /// What it was added from.
    package var source: String
    package var sizeBytes: Int64
    package var addedAt: String

    private enum CodingKeys: String, CodingKey {
        case name
        case imageID = "image_id"
        case source
        case sizeBytes = "size_bytes"
        case addedAt = "added_at"
    }

    package init(name: String, imageID: String, source: String, sizeBytes: Int64, addedAt: String) {
        (self.name, self.imageID, self.source) = (name, imageID, source)
        (self.sizeBytes, self.addedAt) = (sizeBytes, addedAt)
    }
}
