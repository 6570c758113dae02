import Foundation
import Glibc
package import Ports

/// The folder that holds all of an installation's data, for its owner alone.
package enum DataFolder {
    /// Makes the folder with mode 0700 if it does not exist, and checks that nobody else can reach into it.
    ///
    /// A folder that we did not make is never tightened: whoever opened it may have had a reason, and has to decide.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)``, or ``StoreError/noSpace(path:)``.
    package static func prepare(
        _ path: String, fileSystem: FileSystem.Look = FileSystem.look
    ) throws(StoreError) {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw failure(path) }
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw .unavailable(path: path, reason: "it cannot be created")
            }
            guard stat(path, &status) == 0 else { throw failure(path) }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .unavailable(path: path, reason: "it is not a folder") }
        guard status.st_uid == geteuid() else {
            throw .unavailable(path: path, reason: "it belongs to user \(status.st_uid)")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw .unavailable(path: path, reason: "its mode \(mode) lets others in; make it private with chmod 700")
        }
        if let kind = fileSystem(path), FileSystem.isNetwork(kind) {
            let reason = "it is on a network file system (\(kind)), on which SQLite's log and our lock do not hold"
            throw .unavailable(path: path, reason: reason)
        }
        for name in subfolders where stat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT != S_IFDIR {
            throw .unavailable(
                path: "\(path)/\(name)", reason: "it is not a folder; move it away, Caisson makes its folders itself")
        }
    }

    /// What has to be a folder in it, if it is there.
    package static let subfolders = ["spool", "blobs"]

    /// Checks that a folder can be read from.
    ///
    /// - Parameter mustExist: whether it is an error that there is none.
    /// - Throws: ``StoreError/folderMissing(path:)``, or ``StoreError/unavailable(path:reason:)``.
    package static func checkReadable(_ path: String, mustExist: Bool) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure(path) }
            if mustExist { throw .folderMissing(path: path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .unavailable(path: path, reason: "it is not a folder") }
    }

    /// Makes an empty file with mode 0600, durably, if there is none: SQLite would make it with the umask's mode, and
    /// gives its log and its index the mode of the database.
    static func makeFile(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            if errno == EEXIST { return }
            throw failure(path)
        }
        close(file)
        let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        defer { close(folder) }
        guard folder >= 0, fsync(folder) == 0 else { throw failure(path) }
    }

    /// Whether spools or blobs lie in the folder, which then had a database once.
    package static func holdsContent(_ path: String) -> Bool {
        subfolders.contains { name in
            // ignored: what cannot be listed is met again, with its reason, when it is used
            let entries = try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)")
            return entries?.contains { $0 != "incoming" } == true
        }
    }

    /// A moment on the file system's clock.
    struct FileTime: Equatable {
        let seconds: Int
        let nanoseconds: Int
    }

    /// When the file was last written to, or `nil` if there is none; a folder that may not be entered is an error.
    static func lastChange(of path: String) throws(StoreError) -> FileTime? {
        var status = stat()
        if stat(path, &status) == 0 {
            return FileTime(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path) }
        return nil
    }

    /// Whether there is a file that is not empty.
    static func hasContent(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_size > 0 }
        guard errno == ENOENT else { throw failure(path) }
        return false
    }

    /// What `errno` says about `path`.
    static func failure(_ path: String) -> StoreError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .noSpace(path: path) }
        return .unavailable(path: path, reason: String(cString: strerror(code)))
    }
}
