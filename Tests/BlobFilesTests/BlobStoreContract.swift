import Model
import Ports
import TestSupport
import Testing

/// What every ``BlobStore`` has to keep to, whatever it is made of.
@Suite("BlobStore contract")
struct BlobStoreContract {
    /// A spool that holds `bytes`, in a place of its own.
    private func with(
        _ bytes: [UInt8], in kind: SpoolKind, _ body: (_ spool: any Spool, _ blobs: any BlobStore) async throws -> Void
    ) async throws {
        try await kind.withPlace { place in
            let spool = try await place.spools.open(AttemptID(job: try JobID("abc000000000"), number: 1), .stdout)
            try await spool.append(bytes)
            try await body(spool, place.blobs)
        }
    }

    private func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    }

    @Test("a small blob is inline, under the digest that everyone gets for it", arguments: SpoolKind.allCases)
    func inline(kind: SpoolKind) async throws {
        try await with(Array("xabcx".utf8), in: kind) { spool, blobs in
            let blob = try await blobs.makeBlob(from: spool, range: 1..<4)
            let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            #expect(blob.reference == BlobReference(digest: digest, size: ByteCount(bytes: 3)))
            #expect(blob.inlineBytes == Array("abc".utf8))
        }
    }

    @Test("an empty blob is a blob", arguments: SpoolKind.allCases)
    func empty(kind: SpoolKind) async throws {
        try await with([], in: kind) { spool, blobs in
            let blob = try await blobs.makeBlob(from: spool, range: 0..<0)
            #expect(blob.inlineBytes == [])
            #expect(blob.reference.digest.hasPrefix("sha256:e3b0c44298fc1c14"))
        }
    }

    @Test("the limit itself is inline, one byte more is not, and is read over any range", arguments: SpoolKind.allCases)
    func large(kind: SpoolKind) async throws {
        let limit = Blob.inlineLimit.bytes
        let bytes = noise(Int(limit) + 1)
        try await with(bytes, in: kind) { spool, blobs in
            #expect(try await blobs.makeBlob(from: spool, range: 0..<limit).inlineBytes?.count == Int(limit))
            let large = try await blobs.makeBlob(from: spool, range: 0..<limit + 1)
            #expect(large.inlineBytes == nil)
            #expect(large.reference.size.bytes == limit + 1)
            for range in [0..<limit + 1, 0..<1, limit..<limit + 1, 5..<5] {
                let part = try await blobs.read(large.reference, range: range)
                #expect(part == Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
            }
            #expect(try await blobs.read(large.reference, range: limit - 1..<limit + 100).count == 2)
        }
    }

    @Test("equal bytes are one blob", arguments: SpoolKind.allCases)
    func equal(kind: SpoolKind) async throws {
        let bytes = noise(100_000)
        try await with(bytes + bytes, in: kind) { spool, blobs in
            let first = try await blobs.makeBlob(from: spool, range: 0..<100_000)
            let second = try await blobs.makeBlob(from: spool, range: 100_000..<200_000)
            #expect(first == second)
            #expect(try await blobs.read(first.reference, range: 0..<100_000) == bytes)
        }
    }

    @Test("a spool that is too short gives no blob", arguments: SpoolKind.allCases, [Int64(5), 200_000])
    func tooShort(kind: SpoolKind, end: Int64) async throws {
        try await with(noise(4), in: kind) { spool, blobs in
            let error = await #expect(throws: StoreError.self) {
                _ = try await blobs.makeBlob(from: spool, range: 0..<end)
            }
            #expect(error?.code == .storeCorrupt)
        }
    }

    @Test("a blob that is not there is an error", arguments: SpoolKind.allCases)
    func unknown(kind: SpoolKind) async throws {
        try await with([], in: kind) { _, blobs in
            let digest = "sha256:" + String(repeating: "0", count: 64)
            await #expect(throws: StoreError.self) {
                _ = try await blobs.read(BlobReference(digest: digest, size: ByteCount(bytes: 100_000)), range: 0..<1)
            }
        }
    }
}
