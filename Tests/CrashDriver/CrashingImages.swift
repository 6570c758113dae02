import Model
import Ports

/// Names of images around whose writes the process can end.
struct CrashingImages: ImageStore {
    let images: any ImageStore
    let crash: CrashPoint

    func image(_ name: ImageName) async throws(StoreError) -> ImageRecord? { try await images.image(name) }
    func images() async throws(StoreError) -> [ImageRecord] { try await images.images() }

    func addImage(_ record: ImageRecord) async throws(StoreError) {
        try await crash.around(.storeAddImage) { () throws(StoreError) in try await images.addImage(record) }
    }

    func removeImage(_ name: ImageName) async throws(StoreError) {
        try await crash.around(.storeRemoveImage) { () throws(StoreError) in try await images.removeImage(name) }
    }
}
