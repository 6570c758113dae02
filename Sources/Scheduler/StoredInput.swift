import Model
import Ports

/// The bytes of a blob, on their way into a sandbox.
actor StoredInput: InputSource {
    private static let pieceSize = 256 << 10
    private let blob: BlobReference
    private let reader: any BlobReader
    private var offset = Int64(0)

    init(_ blob: BlobReference, reader: any BlobReader) { (self.blob, self.reader) = (blob, reader) }

    func next() async throws(StoreError) -> [UInt8]? {
        guard offset < blob.size.bytes else { return nil }
        let bytes = try await reader.bytes(of: blob, from: offset, count: Self.pieceSize)
        guard !bytes.isEmpty else { throw .corrupt(detail: "the blob \(blob.digest) is shorter than its row says") }
        offset += Int64(bytes.count)
        return bytes
    }
}
