package import Model
package import Ports

/// Names of images, in memory.
package actor MemoryImages: ImageStore {
    private var records: [ImageName: ImageRecord] = [:]

    package init() {}

    package func image(_ name: ImageName) async throws(StoreError) -> ImageRecord? { records[name] }

    package func images() async throws(StoreError) -> [ImageRecord] {
        records.values.sorted { $0.name.description < $1.name.description }
    }

    package func addImage(_ record: ImageRecord) async throws(StoreError) {
        if let found = records[record.name] {
            throw .conflict(id: "image \(record.name)", expected: "new", found: found.imageID)
        }
        records[record.name] = record
    }

    package func removeImage(_ name: ImageName) async throws(StoreError) { records[name] = nil }
}
