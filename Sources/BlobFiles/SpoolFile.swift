package import Ports

/// One append-only file, written on a queue of its own.
///
/// - Threading: Calls take effect in the order in which they were made, on a thread that may block.
package actor SpoolFile: Spool {
    private let path: String
    private var file: OpenFile?
    private var size: Int64 = 0
    private let executor = QueueExecutor(label: "caisson.spool")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ path: String) { self.path = path }

    package var length: Int64 { size }

    /// Opens the file, and goes on behind what is in it.
    func open(for purpose: OpenFile.Purpose) throws(StoreError) {
        var file = try OpenFile(path, for: purpose)
        size = try file.size
        // An earlier process has made a blob of it: that must not change when more comes.
        if try file.hasOtherNames { file = try Self.copy(of: file) }
        self.file = consume file
    }

    /// Puts a file of the same content in the place of one.
    private static func copy(of file: borrowing OpenFile) throws(StoreError) -> OpenFile {
        let temporary = "\(file.path).copy"
        let copy = try OpenFile(temporary, for: .appending)
        try copy.truncate(to: 0)
        var offset: Int64 = 0
        while true {
            let bytes = try file.read(from: offset, count: 256 << 10)
            if bytes.isEmpty { break }
            try copy.append(bytes)
            offset += Int64(bytes.count)
        }
        try OpenFile.move(temporary, to: file.path)
        return try OpenFile(file.path, for: .appending)
    }

    package func append(_ bytes: [UInt8]) throws(StoreError) {
        guard file != nil else { throw closed }
        do {
            try file?.append(bytes)
        } catch {
            // The length is the point to go on from: it must not lie within a piece whose sender was told of an error.
            do { try file?.truncate(to: size) } catch { file = nil }
            throw error
        }
        size += Int64(bytes.count)
    }

    package func read(from offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        let rest = min(Int64(max(count, 0)), size - max(offset, 0))
        guard file != nil else { throw closed }
        guard rest > 0 else { return [] }
        return try file?.read(from: max(offset, 0), count: Int(rest)) ?? []
    }

    package func link(as path: String) throws(StoreError) -> Bool {
        try synchronize()
        return try OpenFile.link(self.path, to: path)
    }

    package func close() { file = nil }

    /// Makes what was appended last through a power cut.
    func synchronize() throws(StoreError) {
        guard file != nil else { throw closed }
        try file?.synchronize()
    }

    private var closed: StoreError { .unavailable(path: path, reason: "it was closed") }
}
