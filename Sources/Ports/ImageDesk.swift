package import Model

/// What people may ask of the daemon about the names of images, as the control API passes it on.
package protocol ImageDesk: Sendable {
    /// Names an image that the engine has.
    func add(reference: String, name: ImageName) async throws -> ImageRecord
    /// Loads the image of an archive, and names it.
    ///
    /// - Parameter source: what the archive is called, for people.
    func add(archive: any InputSource, source: String, name: ImageName) async throws -> ImageRecord
    /// Forgets a name, and takes away what we loaded for it if `fromEngine` says so.
    func remove(_ name: ImageName, fromEngine: Bool) async throws -> ImageRecord
}
