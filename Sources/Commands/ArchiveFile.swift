import Foundation
private import Glibc
import Model
import Ports

/// An image's archive on our disk.
actor ArchiveFile: ArchiveBytes {
    /// Most bytes that are taken from a stream, which has no length that could be looked at before.
    static let longestStream = ByteCount.gibibytes(32)

    nonisolated let length: Int64
    private nonisolated let path: String
    private let handle: FileHandle

    /// Opens a regular file.
    init(path: String) throws(FileError) {
        do {
            let resolved = URL(filePath: path).resolvingSymlinksInPath().path
            let attributes = try FileManager.default.attributesOfItem(atPath: resolved)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { throw FileError.notAFile(path: path) }
            handle = try FileHandle(forReadingFrom: URL(filePath: resolved))
            length = (attributes[.size] as? NSNumber)?.int64Value ?? 0
            self.path = path
        } catch let error as FileError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: reason(error))
        }
    }

    /// Copies a stream into a file in `folder` that has no name, and so is gone with this object or this process.
    ///
    /// - Throws: ``StoreError``; ``EngineError/imageRefused(name:reason:)`` for a stream that does not end.
    init(copying stream: any InputSource, into folder: String) async throws {
        var template = Array("\(folder)/archive-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw StoreError.unavailable(path: folder, reason: String(cString: strerror(errno)))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        unlink(template)
        var count: Int64 = 0
        while let piece = try await stream.next() {
            count += Int64(piece.count)
            guard count <= Self.longestStream.bytes else {
                throw EngineError.imageRefused(
                    name: "the standard input", reason: "it is longer than \(Self.longestStream)")
            }
            do {
                try file.write(contentsOf: piece)
            } catch {
                let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
                throw isFull ? StoreError.noSpace(path: folder) : .unavailable(path: folder, reason: reason(error))
            }
        }
        (handle, length, path) = (file, count, "the standard input")
    }

    func read(from offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        let bytes: Data?
        do {
            try handle.seek(toOffset: UInt64(max(0, offset)))
            bytes = try handle.read(upToCount: count)
        } catch {
            throw .unavailable(path: path, reason: reason(error))
        }
        let read = Array(bytes ?? Data())
        guard read.count == count else { throw .unavailable(path: path, reason: "it became shorter while it was read") }
        return read
    }
}
