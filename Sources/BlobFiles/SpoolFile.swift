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
        let file = try OpenFile(path, for: purpose)
        size = try file.size
        self.file = consume file
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

    package func close() { file = nil }

    /// Makes what was appended last through a power cut.
    func synchronize() throws(StoreError) {
        guard file != nil else { throw closed }
        try file?.synchronize()
    }

    private var closed: StoreError { .unavailable(path: path, reason: "it was closed") }
}
