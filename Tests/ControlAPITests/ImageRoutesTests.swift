import ControlClient
import ControlWire
import Model
import Ports
import Synchronization
import TestSupport
import Testing

@testable import ControlAPI

@Suite struct ImageRoutesTests {
    /// Remembers what it was asked for.
    private final class FakeDesk: ImageDesk {
        let asked = Mutex<[String]>([])

        private func record(_ name: ImageName, source: String, bytes: Int64) -> ImageRecord {
            ImageRecord(
                name: name, imageID: "sha256:1", source: source, loadedTag: nil, size: ByteCount(bytes: bytes),
                addedAt: WallTime(milliseconds: 1_700_000_000_000))
        }

        func add(reference: String, name: ImageName) async throws -> ImageRecord {
            asked.withLock { $0.append("add \(reference) \(name)") }
            guard !name.isReserved else { throw ImageNameError.reserved(name) }
            return record(name, source: reference, bytes: 1)
        }

        func add(archive: any InputSource, source: String, name: ImageName) async throws -> ImageRecord {
            var count: Int64 = 0
            while let piece = try await archive.next() { count += Int64(piece.count) }
            asked.withLock { [count] in $0.append("load \(count) \(source) \(name)") }
            return record(name, source: source, bytes: count)
        }

        func remove(_ name: ImageName, fromEngine: Bool) async throws -> ImageRecord {
            asked.withLock { $0.append("remove \(name) \(fromEngine)") }
            return record(name, source: "x", bytes: 1)
        }
    }

    private actor Bytes: InputSource {
        private var rest: Int
        init(_ count: Int) { rest = count }
        func next() -> [UInt8]? {
            guard rest > 0 else { return nil }
            defer { rest -= min(rest, 50_000) }
            return [UInt8](repeating: 1, count: min(rest, 50_000))
        }
    }

    private static func with(
        limit: ByteCount = .mebibytes(1), _ body: (ControlFixture, FakeDesk) async throws -> Void
    ) async throws {
        let desk = FakeDesk()
        try await ControlFixture.with(extra: [ImageRoutes(desk: desk, limit: limit)]) { try await body($0, desk) }
    }

    @Test("a reference, an archive and a removal arrive as they were asked for")
    func arrive() async throws {
        try await Self.with { fixture, desk in
            let added = try await fixture.client.addImage(ImageAsk(reference: "org/debian:12", name: "mine"))
            #expect(added.imageID == "sha256:1" && added.source == "org/debian:12")
            let path = "/tmp/a b&c=ü.tar"
            let loaded = try await fixture.client.loadImage(Bytes(120_001), size: nil, source: path, name: "two")
            #expect(loaded.sizeBytes == 120_001 && loaded.source == path)
            let known = try await fixture.client.loadImage(
                Bytes(7), size: ByteCount(bytes: 7), source: "x", name: "three")
            #expect(known.sizeBytes == 7)
            _ = try await fixture.client.removeImage("mine", fromEngine: true)
            let asked = desk.asked.withLock { $0 }
            #expect(
                asked == ["add org/debian:12 mine", "load 120001 \(path) two", "load 7 x three", "remove mine true"])
        }
    }

    @Test("what is no name, too long, or not taken by the desk comes back as its own error, and nothing is done for it")
    func refused() async throws {
        try await Self.with(limit: .kibibytes(64)) { fixture, desk in
            let noName = await #expect(throws: ControlError.self) {
                try await fixture.client.addImage(ImageAsk(reference: "a:1", name: "No Name"))
            }
            #expect(noName?.code == .invalidInput)
            let long = await #expect(throws: ControlError.self) {
                try await fixture.client.loadImage(
                    Bytes(70_000), size: ByteCount(bytes: 70_000), source: "x", name: "a")
            }
            #expect(long?.code == .requestTooLarge)
            let endless = await #expect(throws: ControlError.self) {
                try await fixture.client.loadImage(Bytes(70_000), size: nil, source: "x", name: "a")
            }
            #expect(endless?.code == .requestTooLarge)
            let source = await #expect(throws: ControlError.self) {
                try await fixture.client.loadImage(
                    Bytes(1), size: nil, source: String(repeating: "x", count: 5000), name: "a")
            }
            #expect(source?.code == .invalidInput)
            let asked = desk.asked.withLock { $0 }
            #expect(asked == [])
            let reserved = await #expect(throws: ControlError.self) {
                try await fixture.client.addImage(ImageAsk(reference: "a:1", name: "shell"))
            }
            let told = try ImageNameError.reserved(ImageName("shell"))
            #expect(reserved?.message == told.message)
        }
    }
}
