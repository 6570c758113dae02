package import Model
package import Ports

/// An image's archive on our disk, in a file that has no name: it is gone with this value, or with this process.
package struct ArchiveFile: ArchiveBytes {
    /// Most bytes that are taken.
    package static let longest = ByteCount.gibibytes(32)

    package let length: Int64
    private let file: UnnamedFile

    /// Copies a stream into a file in `folder`.
    ///
    /// - Throws: ``StoreError``, ``StoreError/tooLarge(what:limit:)`` for a stream that does not end.
    package init(
        copying stream: any InputSource, into folder: String, ids: any IDSource, limit: ByteCount = longest
    ) async throws(StoreError) {
        let file = UnnamedFile()
        try await file.open("\(folder)/archive-\(ids.makeSuffix())")
        var count: Int64 = 0
        while let piece = try await stream.next() {
            count += Int64(piece.count)
            guard count <= limit.bytes else { throw .tooLarge(what: "The archive", limit: limit) }
            try await file.append(piece)
        }
        (self.file, length) = (file, count)
    }

    /// Takes the name away from a file that is there.
    package init(taking path: String) async throws(StoreError) {
        file = UnnamedFile()
        length = try await file.take(path)
    }

    /// Removes a file that never came to that; no error if there is none.
    package static func remove(_ path: String) throws(StoreError) { try Folder.remove(path) }

    package func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        try await file.read(from: offset, count: count)
    }
}

/// An open file without a name, on a thread that may block.
private actor UnnamedFile {
    private var file: OpenFile?
    private let executor = QueueExecutor(label: "caisson.archive")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func open(_ path: String) throws(StoreError) {
        file = try OpenFile(path, for: .creating)
        try Folder.remove(path)
    }

    /// - Returns: its length.
    func take(_ path: String) throws(StoreError) -> Int64 {
        let taken = try OpenFile(path, for: .reading)
        let length = try taken.size
        file = consume taken
        try Folder.remove(path)
        return length
    }

    func append(_ bytes: [UInt8]) throws(StoreError) { try file?.append(bytes) }

    func read(from offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        let bytes = try file?.read(from: max(0, offset), count: count) ?? []
        guard bytes.count == count else {
            throw .unavailable(path: "The archive", reason: "it is shorter than what is read of it")
        }
        return bytes
    }
}
