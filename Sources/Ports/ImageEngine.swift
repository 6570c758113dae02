package import Model

/// What can be done with the images of an engine: the seam between the names of images and what an engine is.
package protocol ImageEngine: Sendable {
    /// The image that a reference or an id means at this moment, with what is wrong with it; `nil` if there is none.
    func sighting(of reference: String) async throws(EngineError) -> ImageSighting?

    /// All images of the engine, those that have no name included.
    func inventory() async throws(EngineError) -> [ImageInventoryItem]

    /// Loads the one image of an archive, under `tag` and no other name: those in the archive do not count.
    ///
    /// - Parameters:
    ///   - archive: as `docker save` writes it, not compressed.
    ///   - name: what the archive is called, for people.
    /// - Throws: ``EngineError/imageRefused(name:reason:)`` if it is no such archive, or its image may not be used; the engine
    ///   then has nothing of it.
    func load(_ archive: any ArchiveBytes, name: String, tag: String) async throws(EngineError) -> ImageSighting

    /// Removes a tag, and with it the image if nothing else names it.
    ///
    /// - Throws: ``EngineError/refused(call:status:detail:)`` with status 409 while a container uses it.
    func remove(tag: String) async throws(EngineError)
}

/// An image as its engine describes it: hostile input, all of it.
package struct ImageSighting: Sendable, Hashable {
    /// `sha256:` and 64 hex digits.
    package let id: String
    package var tags: [String] = []
    package var size = ByteCount(bytes: 0)
    /// As the image says, in RFC 3339; our own images say 1970.
    package var created: String?
    package var system: String?
    package var architecture: String?
    package var user: String?
    package var folder: String?
    package var entrypoint: [String] = []
    package var command: [String] = []
    package var environmentNames: [String] = []
    /// Free text, which in images made by `Scripts/images` lists what they are made of.
    package var comment: String?
    /// Why it is not used, or `nil`.
    package var refusal: String?

    package init(id: String) { self.id = id }

    /// The first words of the comment that is such a list.
    private static let listMark = "# What this image is made of"

    /// What the image says it is made of: a line each, with kind, name, version and digest; empty if it does not say.
    package var packages: [String] {
        guard let comment, comment.hasPrefix(Self.listMark) else { return [] }
        return comment.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }
}

/// An image in an engine's list.
package struct ImageInventoryItem: Sendable, Hashable {
    package let id: String
    package let tags: [String]
    package let size: ByteCount
    package let created: WallTime

    package init(id: String, tags: [String], size: ByteCount, created: WallTime) {
        (self.id, self.tags, self.size, self.created) = (id, tags, size, created)
    }
}

/// An archive that can be read anywhere in it.
package protocol ArchiveBytes: Sendable {
    var length: Int64 { get }
    /// Exactly `count` bytes from `offset` on.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)``, also if there are fewer.
    func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8]
}
