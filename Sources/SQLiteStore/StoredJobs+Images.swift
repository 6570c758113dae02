package import Model
package import Ports

// Names of images are read over the same connections as jobs, and written by the same one.

extension StoredJobs {
    package func image(_ name: ImageName) async throws(StoreError) -> ImageRecord? {
        try await read { try ImageQueries.image(name, in: $0) }
    }

    package func images() async throws(StoreError) -> [ImageRecord] {
        try await read { try ImageQueries.images(in: $0) }
    }
}

extension SQLiteJobReader: ImageReader {}

extension SQLiteJobStore: ImageStore {
    package func addImage(_ record: ImageRecord) async throws(StoreError) {
        try await write { try ImageQueries.add(record, in: $0.database) }
    }

    package func removeImage(_ name: ImageName) async throws(StoreError) {
        try await write { try ImageQueries.remove(name, in: $0.database) }
    }
}
