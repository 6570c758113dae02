import ControlClient
import ControlWire
import Model
import Ports
import TestSupport
import Testing

@testable import ControlAPI

@Suite struct BlobRoutesTests {
    private actor Bytes: InputSource {
        private var rest: Int
        init(_ count: Int) { rest = count }
        func next() -> [UInt8]? {
            guard rest > 0 else { return nil }
            defer { rest -= min(rest, 100_000) }
            return [UInt8](repeating: 9, count: min(rest, 100_000))
        }
    }

    @Test("bytes of any length are taken, named, and found again", arguments: [0, 5, 65_536, 65_537, 5_000_000])
    func roundTrip(_ count: Int) async throws {
        try await ControlFixture.with { fixture in
            let view = try await fixture.client.upload(Bytes(count))
            #expect(view.sizeBytes == Int64(count))
            #expect(view.digest.hasPrefix("sha256:"))
            let kept = BlobReference(digest: view.digest, size: ByteCount(bytes: Int64(count)))
            #expect(try await fixture.store.missingBlobs(of: [kept]) == [])
            let reader = ControlJobReader(fixture.client)
            let reference = BlobReference(digest: view.digest, size: ByteCount(bytes: Int64(count)))
            var read: [UInt8] = []
            while true {
                let piece = try await reader.bytes(of: reference, from: Int64(read.count), count: 1 << 20)
                if piece.isEmpty { break }
                read += piece
            }
            #expect(read == [UInt8](repeating: 9, count: count))
        }
    }

    @Test("more than may be kept is refused, also when nobody announced how much it is", arguments: [true, false])
    func tooLarge(_ isAnnounced: Bool) async throws {
        var bounds = ControlBounds()
        bounds.blob = .kibibytes(100)
        try await ControlFixture.with(bounds: bounds) { fixture in
            let size = isAnnounced ? ByteCount(bytes: 5_000_000) : nil
            let error = await #expect(throws: ControlError.self) {
                try await fixture.client.upload(Bytes(5_000_000), size: size)
            }
            #expect(error?.code == .requestTooLarge)
            #expect(error?.message == "The request's body is more than 100KiB.")
            #expect(error?.requestID?.count == 8)
            #expect(try await fixture.store.stagedBlobCount == 0)
            // The connection's end harms no later call.
            let version = try await fixture.client.version()
            #expect(version.apiVersion == 1)
        }
    }

    @Test("a stored blob is read in ranges")
    func ranges() async throws {
        try await ControlFixture.with { fixture in
            let job = try fixture.makeJob()
            let (attempt, out) = try await fixture.begin(job)
            try await out.append(Array("0123456789".utf8))
            try await fixture.finish(attempt, out)
            let blob = try #require(try await fixture.store.attempts(of: job).first?.stdout)
            for (from, count, text) in [(0, 100, "0123456789"), (3, 4, "3456"), (9, 5, "9"), (10, 5, ""), (99, 1, "")] {
                let bytes = try await fixture.client.blob(blob.digest, from: Int64(from), count: count)
                #expect(String(decoding: bytes, as: UTF8.self) == text)
            }
        }
    }
}
