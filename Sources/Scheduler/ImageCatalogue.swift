package import Model
package import Ports

/// The images that jobs can name: our own, and those that were added.
package struct ImageCatalogue: Sendable {
    private let engine: any ImageEngine
    private let names: any ImageReader

    package init(engine: any ImageEngine, names: any ImageReader) { (self.engine, self.names) = (engine, names) }

    /// One image by its name.
    package struct Entry: Sendable, Hashable {
        package let name: ImageName
        package let imageID: String
        /// `nil` for one of our own.
        package let record: ImageRecord?
        /// `nil` if the engine no longer has it.
        package let item: ImageInventoryItem?
    }

    /// All of them, by name; a name that was added hides one of our own.
    package func list() async throws -> [Entry] {
        let (records, inventory) = (try await names.images(), try await engine.inventory())
        let items = Dictionary(inventory.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var entries = records.map { record in
            Entry(name: record.name, imageID: record.imageID, record: record, item: items[record.imageID])
        }
        let added = Set(records.map(\.name))
        for item in inventory {
            for name in item.tags.compactMap(ImageName.init(localReference:)) where !added.contains(name) {
                entries.append(Entry(name: name, imageID: item.id, record: nil, item: item))
            }
        }
        return entries.sorted { $0.name.description < $1.name.description }
    }

    /// What is known of one image.
    package struct Description: Sendable, Hashable {
        /// As it was asked for.
        package let reference: String
        package let record: ImageRecord?
        /// `nil` if the engine no longer has what the name stands for.
        package let sighting: ImageSighting?
    }

    /// What a job would get that names this image, whether it may be used or not.
    ///
    /// A name that was added is looked for first, then one of our own; anything else is a reference.
    /// - Throws: ``ImageNameError/unknown(_:)``, ``ImageNameError/notExact(reference:)``.
    package func describe(_ reference: String) async throws -> Description {
        guard let name = ImageName(ifName: reference) else {
            guard ImageName.isExact(reference: reference) else { throw ImageNameError.notExact(reference: reference) }
            guard let sighting = try await engine.sighting(of: reference) else {
                throw ImageNameError.unknown(reference)
            }
            return Description(reference: reference, record: nil, sighting: sighting)
        }
        if let record = try await names.image(name) {
            let sighting = try await engine.sighting(of: record.imageID)
            return Description(reference: reference, record: record, sighting: sighting)
        }
        guard let sighting = try await engine.sighting(of: name.localReference) else {
            throw ImageNameError.unknown(reference)
        }
        return Description(reference: reference, record: nil, sighting: sighting)
    }
}
