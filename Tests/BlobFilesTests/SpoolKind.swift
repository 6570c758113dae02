import BlobFiles
import Ports
import TestSupport

/// The spools and blob stores that have to keep the contracts.
enum SpoolKind: CaseIterable, Sendable {
    case memory, files

    /// Calls `body` with a place where nothing is yet.
    func withPlace(_ body: (_ place: Place) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(Place(spools: MemorySpools(), blobs: MemoryBlobs()))
        case .files:
            try await TemporaryFolder.with { folder in
                let blobs = BlobFolder(in: folder.path, ids: SeededIDs(seed: 1))
                try await body(Place(spools: SpoolFolder(in: folder.path), blobs: blobs))
            }
        }
    }

    struct Place: Sendable {
        let spools: any Spools
        let blobs: any BlobStore
    }
}
