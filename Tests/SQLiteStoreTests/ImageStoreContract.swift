import Model
import Ports
import TestSupport
import Testing

/// What every ``ImageStore`` has to keep to, whatever it is made of.
@Suite("ImageStore contract")
struct ImageStoreContract {
    enum Kind: CaseIterable, Sendable {
        case memory, sqlite

        func withStore(_ body: (any ImageStore) async throws -> Void) async throws {
            switch self {
            case .memory: try await body(MemoryImages())
            case .sqlite: try await SQLiteFixture.with { try await body($0.store) }
            }
        }
    }

    private func record(_ name: String, digit: String = "a", tag: String? = nil) throws -> ImageRecord {
        ImageRecord(
            name: try ImageName(name), imageID: "sha256:" + String(repeating: digit, count: 64), source: "debian:12",
            loadedTag: tag, size: .mebibytes(3), addedAt: WallTime(milliseconds: 7))
    }

    @Test("a name is read back as it was written, alone and among others", arguments: Kind.allCases)
    func readBack(kind: Kind) async throws {
        try await kind.withStore { store in
            let (second, first) = (try record("b", tag: "caisson/added:x-b"), try record("a.1"))
            try await store.addImage(second)
            try await store.addImage(first)
            let (found, all) = (try await store.image(second.name), try await store.images())
            #expect(found == second)
            #expect(all == [first, second])
        }
    }

    @Test("a name that was not added stands for nothing", arguments: Kind.allCases)
    func unknown(kind: Kind) async throws {
        try await kind.withStore { store in
            let name = try ImageName("a")
            let (found, all) = (try await store.image(name), try await store.images())
            #expect(found == nil)
            #expect(all.isEmpty)
            try await store.removeImage(name)
        }
    }

    @Test("a name stands for one image, until it is forgotten", arguments: Kind.allCases)
    func taken(kind: Kind) async throws {
        try await kind.withStore { store in
            let (first, other) = (try record("a"), try record("a", digit: "b"))
            try await store.addImage(first)
            await #expect(throws: StoreError.conflict(id: "image a", expected: "new", found: first.imageID)) {
                try await store.addImage(other)
            }
            let kept = try await store.image(first.name)
            #expect(kept == first)
            try await store.removeImage(first.name)
            try await store.addImage(other)
            let changed = try await store.image(first.name)
            #expect(changed == other)
        }
    }
}
