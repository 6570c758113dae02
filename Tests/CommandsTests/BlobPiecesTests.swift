import Model
import Ports
import Scheduler
import Testing

@testable import Commands

@Suite struct BlobPiecesTests {
    /// A store whose one blob has these bytes, whatever its row says.
    private struct OneBlob: BlobReader {
        let content: [UInt8]

        func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
            Array(content.dropFirst(Int(offset)).prefix(count))
        }
    }

    @Test("a blob that is not as long as its row says is told, after what there is", arguments: [0, 299_999, 300_001])
    func damaged(_ length: Int) async throws {
        let content = [UInt8](repeating: 7, count: length)
        let blob = BlobReference(digest: "sha256:d", size: ByteCount(bytes: 300_000))
        var got: [UInt8] = []
        await #expect(throws: StoreError.self) {
            try await OneBlob(content: content).pieces(of: blob) { got += $0 }
        }
        #expect(got == content)
    }

    @Test("a blob that is whole is handed out piece by piece, and that is all")
    func whole() async throws {
        let content = [UInt8](repeating: 7, count: 300_000)
        let blob = BlobReference(digest: "sha256:d", size: ByteCount(bytes: 300_000))
        var got: [UInt8] = []
        try await OneBlob(content: content).pieces(of: blob) { got += $0 }
        #expect(got == content)
    }
}
