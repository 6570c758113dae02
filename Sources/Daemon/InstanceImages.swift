import BlobFiles
package import Model
package import Ports
import Scheduler

/// The names of images in an instance, whose archives go through its data folder.
package struct InstanceImages: ImageDesk {
    private let register: ImageRegister
    private let folder: String

    init(_ register: ImageRegister, folder: String) { (self.register, self.folder) = (register, folder) }

    package func add(reference: String, name: ImageName) async throws -> ImageRecord {
        try await register.add(reference: reference, name: name)
    }

    package func add(archive: any InputSource, source: String, name: ImageName) async throws -> ImageRecord {
        // It is read twice, and not from its beginning to its end.
        let file = try await ArchiveFile(copying: archive, into: folder, ids: RandomIDs())
        return try await register.add(archive: file, source: source, name: name)
    }

    package func remove(_ name: ImageName, fromEngine: Bool) async throws -> ImageRecord {
        try await register.remove(name, fromEngine: fromEngine)
    }
}
