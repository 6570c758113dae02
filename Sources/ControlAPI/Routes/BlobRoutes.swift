import ControlWire
import Model
package import Ports

/// Bytes into the store, and out of it.
package struct BlobRoutes: RouteGroup {
    private let store: any BlobStore
    private let intake: any BlobIntake
    private let reader: any BlobReader

    package init(store: any BlobStore, intake: any BlobIntake, reader: any BlobReader) {
        (self.store, self.intake, self.reader) = (store, intake, reader)
    }

    package var routes: [Route] {
        [
            .post("/blobs") { try await take($0) },
            .get("/blobs/{digest}", query: ["from", "count"]) { try await give($0) },
        ]
    }

    private func take(_ request: ControlRequest) async throws -> ControlAnswer {
        let limit = request.bounds.blob
        try await request.body.setLimit(limit)
        let blob = try await store.makeBlob(from: request.body, limit: limit)
        try await intake.keep(blob)
        return try .json(BlobView(blob.reference), status: 201)
    }

    /// The bytes `from` … of a stored blob, or of one that is kept for a submission.
    private func give(_ request: ControlRequest) async throws -> ControlAnswer {
        let digest = request.parameter("digest")
        let from = try request.number("from", 0...ControlWire.largestOffset) ?? 0
        let most = Int64(ControlWire.mostBlobBytes)
        let count = try request.number("count", 0...most) ?? most
        // Its size is the store's to know; what is asked for beyond its end is not there.
        let reference = BlobReference(digest: digest, size: ByteCount(bytes: .max))
        let bytes = try await reader.bytes(of: reference, from: from, count: Int(count))
        return ControlAnswer(contentType: ControlAnswer.bytesType, body: .bytes(bytes))
    }
}
