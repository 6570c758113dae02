package import Model
package import Ports

/// Gives names to images and takes them away; whoever holds the data folder's lock may do so.
///
/// A name stands for an image's id: what the reference it was added by means later does not count.
package struct ImageRegister: Sendable {
    private let engine: any ImageEngine
    private let store: any ImageStore
    private let installation: InstallationID
    private let clock: any WallClock

    package init(
        engine: any ImageEngine, store: any ImageStore, installation: InstallationID, clock: any WallClock
    ) {
        (self.engine, self.store, self.installation, self.clock) = (engine, store, installation, clock)
    }

    /// Names an image that the engine has.
    ///
    /// Nothing is pulled. The same image under the same name again changes nothing.
    /// - Throws: ``ImageNameError``, or ``EngineError`` if there is no such image, or it may not be used.
    package func add(reference: String, name: ImageName) async throws -> ImageRecord {
        guard ImageName.isExact(reference: reference) else { throw ImageNameError.notExact(reference: reference) }
        try await check(name)
        guard let sighting = try await engine.sighting(of: reference) else {
            throw EngineError.imageNotFound(name: reference)
        }
        if let reason = sighting.refusal { throw EngineError.imageRefused(name: reference, reason: reason) }
        if let known = try await store.image(name) {
            guard known.imageID == sighting.id else { throw ImageNameError.taken(known) }
            return known
        }
        return try await keep(name, sighting, source: reference, loadedTag: nil)
    }

    /// Loads the image of an archive, and names it.
    ///
    /// A crash after the load leaves the image in the engine, under a tag that the next try takes over.
    /// - Parameter source: what the archive is called.
    package func add(archive: any ArchiveBytes, source: String, name: ImageName) async throws -> ImageRecord {
        try await check(name)
        if let known = try await store.image(name) { throw ImageNameError.taken(known) }
        let tag = "caisson/added:\(installation)-\(name)"
        let sighting = try await engine.load(archive, name: source, tag: tag)
        return try await keep(name, sighting, source: source, loadedTag: tag)
    }

    /// Forgets a name.
    ///
    /// - Parameter fromEngine: also takes away the tag under which we loaded the image; the engine then removes the image if
    ///   nothing else names it.
    /// - Throws: ``ImageNameError/unknown(_:)``; ``ImageNameError/notLoadedByUs(_:)``, and nothing is changed then.
    package func remove(_ name: ImageName, fromEngine: Bool) async throws -> ImageRecord {
        guard let record = try await store.image(name) else { throw ImageNameError.unknown("\(name)") }
        if fromEngine {
            guard let tag = record.loadedTag else { throw ImageNameError.notLoadedByUs(record) }
            // A tag that somebody has given to another image since is not ours any more.
            if try await engine.sighting(of: tag)?.id == record.imageID { try await engine.remove(tag: tag) }
        }
        try await store.removeImage(name)
        return record
    }

    private func check(_ name: ImageName) async throws {
        guard !name.isReserved else { throw ImageNameError.reserved(name) }
        guard try await store.images().count < ImageRecord.mostNames else {
            throw ImageNameError.tooMany(ImageRecord.mostNames)
        }
    }

    private func keep(
        _ name: ImageName, _ sighting: ImageSighting, source: String, loadedTag: String?
    ) async throws -> ImageRecord {
        let record = ImageRecord(
            name: name, imageID: sighting.id, source: source, loadedTag: loadedTag, size: sighting.size,
            addedAt: clock.now())
        try await store.addImage(record)
        return record
    }
}
