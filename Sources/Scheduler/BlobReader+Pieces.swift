import Model
package import Ports

extension BlobReader {
    /// Hands out a blob piece by piece.
    ///
    /// - Throws: what `body` throws; ``StoreError/unavailable(path:reason:)`` at the end of one that is not as long as its row says: what is
    ///   missing must not look like output that never was.
    package func pieces(of blob: BlobReference, _ body: ([UInt8]) throws -> Void) async throws {
        var offset: Int64 = 0
        while true {
            let piece = try await bytes(of: blob, from: offset, count: 256 << 10)
            if piece.isEmpty { break }
            try body(piece)
            offset += Int64(piece.count)
        }
        guard offset == blob.size.bytes else {
            throw StoreError.unavailable(
                path: "The blob \(blob.digest)", reason: "it has \(offset) bytes, but \(blob.size.bytes) were kept")
        }
    }
}
