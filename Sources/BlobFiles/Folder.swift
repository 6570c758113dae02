import FoundationEssentials
import Ports

/// What is done to folders as a whole.
enum Folder {
    /// Makes the folder, and those above it, with mode 0700 and durably, if it does not exist.
    static func make(_ path: String) throws(StoreError) {
        if let isFolder = try OpenFile.isFolder(path) {
            guard isFolder else { throw .unavailable(path: path, reason: "it is not a folder; move it away") }
            return
        }
        let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if !parent.isEmpty { try make(parent) }
        do {
            // With "intermediate directories" it is no error if somebody else makes it at the same moment.
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw failure(error, path: path)
        }
        if !parent.isEmpty { try synchronize(parent) }
    }

    /// Makes names that were added to the folder, or taken from it, last through a power cut.
    static func synchronize(_ path: String) throws(StoreError) {
        try OpenFile(path, for: .reading).synchronize()
    }

    /// Removes the folder or file with all that is in it; no error if there is none.
    static func remove(_ path: String) throws(StoreError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            if (error as? CocoaError)?.code == .fileNoSuchFile { return }
            throw failure(error, path: path)
        }
    }

    /// What is in a folder, or nothing if there is none.
    static func names(in path: String) throws(StoreError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            if [.fileNoSuchFile, .fileReadNoSuchFile].contains((error as? CocoaError)?.code) { return [] }
            throw failure(error, path: path)
        }
    }

    private static func failure(_ error: any Error, path: String) -> StoreError {
        guard let error = error as? CocoaError else { return .unavailable(path: path, reason: "\(type(of: error))") }
        if error.code == .fileWriteOutOfSpace { return .noSpace(path: path) }
        return .unavailable(path: path, reason: "file error \(error.code.rawValue)")
    }
}
