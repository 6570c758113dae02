import Model
import Ports
import TestSupport
import Testing

@testable import BlobFiles

@Suite struct ArchiveFileTests {
    private struct Pieces: InputSource {
        let left = AsyncStream<[UInt8]> { continuation in
            for text in ["ab", "cde"] { continuation.yield(Array(text.utf8)) }
            continuation.finish()
        }
        func next() async throws(StoreError) -> [UInt8]? {
            var iterator = left.makeAsyncIterator()
            return await iterator.next()
        }
    }

    @Test("a stream is copied to a file without a name, and read at any place; what is not there is an error")
    func copied() async throws {
        try await TemporaryFolder.with { folder in
            let file = try await ArchiveFile(copying: Pieces(), into: folder.path, ids: SeededIDs(seed: 1))
            #expect(file.length == 5)
            let (middle, end) = (try await file.read(from: 1, count: 3), try await file.read(from: 5, count: 0))
            #expect(middle == Array("bcd".utf8))
            #expect(end.isEmpty)
            #expect(try folder.contents().isEmpty)
            await #expect(throws: StoreError.self) { try await file.read(from: 3, count: 3) }
        }
    }

    @Test("a stream that does not end is not copied on")
    func tooLong() async throws {
        try await TemporaryFolder.with { folder in
            await #expect(throws: StoreError.tooLarge(what: "The archive", limit: ByteCount(bytes: 4))) {
                try await ArchiveFile(
                    copying: Pieces(), into: folder.path, ids: SeededIDs(seed: 1), limit: ByteCount(bytes: 4))
            }
            let left = try folder.contents()
            #expect(left.isEmpty)
        }
    }
}
