package import Model

/// A name that stands for one image, whatever becomes of the reference it was added by.
package struct ImageRecord: Sendable, Hashable {
    /// So many names can be kept.
    package static let mostNames = 1000

    package let name: ImageName
    /// `sha256:` and 64 hex digits.
    package let imageID: String
    /// What it was added from: the reference, or the path of an archive, for people.
    package let source: String
    /// The tag under which we loaded it from an archive; `nil` if the engine had it before.
    package let loadedTag: String?
    package let size: ByteCount
    package let addedAt: WallTime

    package init(
        name: ImageName, imageID: String, source: String, loadedTag: String?, size: ByteCount, addedAt: WallTime
    ) {
        (self.name, self.imageID, self.source) = (name, imageID, source)
        (self.loadedTag, self.size, self.addedAt) = (loadedTag, size, addedAt)
    }
}

/// What people and jobs may ask of the names of images.
package protocol ImageReader: Sendable {
    /// What the name stands for, or `nil` if it was never added.
    func image(_ name: ImageName) async throws(StoreError) -> ImageRecord?
    /// All of them, by name.
    func images() async throws(StoreError) -> [ImageRecord]
}

/// Where names of images are kept.
package protocol ImageStore: ImageReader {
    /// Keeps a name.
    ///
    /// - Throws: ``StoreError/conflict(id:expected:found:)`` if it stands for something already; nothing is changed then.
    func addImage(_ record: ImageRecord) async throws(StoreError)
    /// Forgets a name; no error if there is none.
    func removeImage(_ name: ImageName) async throws(StoreError)
}
