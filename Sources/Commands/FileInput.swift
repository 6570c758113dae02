import Foundation
import Model
import Ports

/// Why something that was named on the command line cannot be read or written.
enum FileError: UserFacingError, Hashable {
    case unreadable(path: String, reason: String)
    case notAFile(path: String)
    case unwritable(path: String, reason: String)

    var code: ErrorCode {
        switch self {
        case .unreadable, .notAFile: .inputUnreadable
        case .unwritable: .outputUnwritable
        }
    }

    var message: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .notAFile(let path): "\(path) is not a regular file."
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)."
        }
    }

    var remedy: String? {
        switch self {
        case .unreadable: "Check the path and its permissions."
        case .notAFile: "Give a regular file; for a stream use --stdin."
        case .unwritable: "Check that the folder exists and belongs to you."
        }
    }
}

/// A file of ours on its way into a sandbox: exactly as long as it was when it was opened.
actor FileInput: InputSource {
    private static let pieceSize = 256 << 10
    nonisolated let size: ByteCount
    nonisolated let isExecutable: Bool
    private nonisolated let path: String
    private var handle: FileHandle?
    private var missing: Int64
    private let modified: Date?

    /// Opens `path`.
    init(path: String) throws(FileError) {
        let attributes: [FileAttributeKey: Any]
        let handle: FileHandle
        do {
            let resolved = URL(filePath: path).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: resolved)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { throw FileError.notAFile(path: path) }
            handle = try FileHandle(forReadingFrom: URL(filePath: resolved))
        } catch let error as FileError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: reason(error))
        }
        let bytes = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        (self.path, self.handle, size, missing) = (path, handle, ByteCount(bytes: bytes), bytes)
        isExecutable = mode & 0o111 != 0
        modified = attributes[.modificationDate] as? Date
    }

    func next() throws(StoreError) -> [UInt8]? {
        guard missing > 0, let handle else { return nil }
        let piece: Data?
        do {
            piece = try handle.read(upToCount: Int(min(missing, Int64(Self.pieceSize))))
        } catch {
            throw .unavailable(path: path, reason: reason(error))
        }
        guard let piece, !piece.isEmpty else {
            throw .unavailable(path: path, reason: "it became shorter while it was read")
        }
        missing -= Int64(piece.count)
        if missing == 0 {
            let now = try? FileManager.default.attributesOfItem(  // ignored: a file that is gone has changed
                atPath: URL(filePath: path).resolvingSymlinksInPath().path)
            guard now?[.modificationDate] as? Date == modified, (now?[.size] as? NSNumber)?.int64Value == size.bytes
            else {
                throw .unavailable(path: path, reason: "it changed while it was being read")
            }
        }
        return Array(piece)
    }
}

/// The system's words for an error of Foundation, without the path that the sentence names anyway.
func reason(_ error: any Error) -> String {
    if let error = error as? CocoaError {
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "it does not exist"
        case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
        case .fileWriteOutOfSpace: return "no space is left"
        default: break
        }
    }
    let error = error as NSError
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(underlying.code))).lowercased()
}
