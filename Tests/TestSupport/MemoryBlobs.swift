import Crypto
package import Model
package import Ports
import Synchronization

/// The files of large blobs, in memory.
package final class MemoryBlobs: BlobStore {
    private let files = Mutex<[String: [UInt8]]>([:])
    private let steps: Steps

    package init(steps: Steps = Steps()) { self.steps = steps }

    package func add(_ bytes: [UInt8], as reference: BlobReference) { files.withLock { $0[reference.digest] = bytes } }

    package func makeBlob(from spool: any Spool, range: Range<Int64>) async throws(StoreError) -> Blob {
        try steps.store("makeBlob")
        let bytes = try await spool.read(from: range.lowerBound, count: range.count)
        guard bytes.count == range.count else {
            throw .corrupt(detail: "a spool ends \(range.count - bytes.count) bytes short of \(range)")
        }
        return keep(bytes)
    }

    package func makeBlob(from source: any InputSource, limit: ByteCount) async throws(StoreError) -> Blob {
        try steps.store("makeBlob")
        var bytes: [UInt8] = []
        while let piece = try await source.next() {
            bytes += piece
            guard bytes.count <= limit.bytes else { throw .tooLarge(what: "An input", limit: limit) }
        }
        return keep(bytes)
    }

    package func read(_ reference: BlobReference, range: Range<Int64>) async throws(StoreError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[reference.digest] }) else { throw .notFound(reference.digest) }
        let bounds = range.clamped(to: 0..<Int64(bytes.count))
        return Array(bytes[Int(bounds.lowerBound)..<Int(bounds.upperBound)])
    }

    package func contents(of reference: BlobReference) throws(StoreError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[reference.digest] }) else { throw .notFound(reference.digest) }
        return bytes
    }

    private func keep(_ bytes: [UInt8]) -> Blob {
        let digest = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let reference = BlobReference(digest: "sha256:\(digest)", size: ByteCount(bytes: Int64(bytes.count)))
        let isSmall = reference.size.bytes <= Blob.inlineLimit.bytes
        if !isSmall { add(bytes, as: reference) }
        return Blob(reference: reference, inlineBytes: isSmall ? bytes : nil)
    }
}
