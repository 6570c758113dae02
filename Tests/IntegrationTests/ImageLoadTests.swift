import Foundation
import Model
import Ports
import TestSupport
import Testing

@testable import DockerEngine

/// Archives that reach the real engine piece by piece.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ImageLoadTests {
    private struct Broken: UserFacingError {
        var code: ErrorCode { .inputUnreadable }
        var message: String { "The archive cannot be read." }
        var remedy: String? { "Mend it." }
    }

    private static func pieces(_ bytes: [UInt8], then failure: (any Error)? = nil) -> AsyncThrowingStream<
        [UInt8], any Error
    > {
        AsyncThrowingStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: 1000) {
                continuation.yield(Array(bytes[start...].prefix(1000)))
            }
            continuation.finish(throwing: failure)
        }
    }

    private static func withClient(_ body: (EngineClient) async throws -> Void) async throws {
        let client = try EngineClient(address: TestEngine.address)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        try result.get()
    }

    @Test("an archive that comes in pieces is loaded, with and without a known length", arguments: [false, true])
    func loads(knowsLength: Bool) async throws {
        let name = "caisson-test/load-\(SeededIDs.unlikeOthers().makeSuffix()):x"
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) } + Array(name.utf8)
        let archive = try ImageArchive(tag: name, files: [("/file", content)], user: "1:1")
        // ignored: it may not have been loaded
        defer { _ = try? EngineProbe().request("DELETE", "/v1.41/images/\(archive.id)?force=1") }
        try await Self.withClient { client in
            try await client.loadImage(
                from: Self.pieces(archive.bytes), lengthBytes: knowsLength ? archive.bytes.count : nil)
            #expect(try await client.inspectImage(archive.id)?["Id"]?.stringValue == archive.id)
        }
    }

    @Test("an archive that is none is refused in the engine's words, however long it is")
    func notAnArchive() async throws {
        try await Self.withClient { client in
            let noise = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 13) }
            let failure = await #expect(throws: EngineError.self) {
                try await client.loadImage(from: Self.pieces(noise))
            }
            guard case .refused(_, _, let detail)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(!detail.isEmpty)
        }
    }

    @Test("what goes wrong at the source is told as that, and nothing is loaded")
    func sourceFails() async throws {
        try await Self.withClient { client in
            let failure = EngineError.sourceFailed(
                code: .inputUnreadable, message: "The archive cannot be read.", remedy: "Mend it.")
            await #expect(throws: failure) {
                try await client.loadImage(from: Self.pieces([UInt8](repeating: 0, count: 5000), then: Broken()))
            }
            let short = await #expect(throws: EngineError.self) {
                try await client.loadImage(from: Self.pieces([1, 2, 3]), lengthBytes: 4)
            }
            #expect(short?.code == .inputUnreadable)
        }
    }
}
