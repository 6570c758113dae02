import Model
import Ports

extension ControlWriter {
    /// Writes a blob's bytes from `offset` on.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)`` at the end of one that is not as long as its row says: what is missing must
    ///   not look like bytes that never were.
    @concurrent func write(_ blob: BlobReference, from offset: Int64, of reader: any BlobReader) async throws {
        var offset = offset
        while offset < blob.size.bytes {
            let piece = try await reader.bytes(of: blob, from: offset, count: bounds.pieceBytes)
            guard !piece.isEmpty else {
                throw StoreError.unavailable(
                    path: "The blob \(blob.digest)", reason: "it has \(offset) bytes, but \(blob.size) were kept")
            }
            try await write(piece)
            offset += Int64(piece.count)
        }
    }
}
