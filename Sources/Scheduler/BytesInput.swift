package import Model
import Ports

/// Bytes that a document brought along, on their way into a job.
package actor BytesInput: InputSource {
    private static let pieceSize = 256 << 10
    package nonisolated let size: ByteCount
    private var rest: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) { (size, rest) = (ByteCount(bytes: Int64(bytes.count)), bytes[...]) }

    package func next() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst(Self.pieceSize) }
        return Array(rest.prefix(Self.pieceSize))
    }
}
