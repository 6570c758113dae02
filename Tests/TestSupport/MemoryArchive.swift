package import Ports

/// An archive in memory.
package struct MemoryArchive: ArchiveBytes {
    package let bytes: [UInt8]
    package var length: Int64 { Int64(bytes.count) }

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func read(from offset: Int64, count: Int) async throws(StoreError) -> [UInt8] {
        guard offset >= 0, count >= 0, Int(offset) + count <= bytes.count else {
            throw .unavailable(path: "memory", reason: "it is shorter")
        }
        return Array(bytes[Int(offset)..<Int(offset) + count])
    }
}
