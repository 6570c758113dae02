import Doctor
import Foundation
import Glibc
import Model
import SQLiteStore

/// What can be seen of a data folder from outside.
struct FolderLook {
    var facts: FolderFacts
    let lock: LockFacts
    /// Whether spools or blobs lie in it.
    let holdsContent: Bool

    init(_ path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        let error = errno
        let existing = isThere ? path : Look.nearestParent(of: path)
        facts = FolderFacts(
            path: path, state: Self.state(path, isThere ? status : nil, error: error, parent: existing),
            misplaced: DataFolder.subfolders.filter { Look.exists("\(path)/\($0)") && !Look.isFolder("\(path)/\($0)") },
            space: Look.space(at: existing), fileSystem: Look.fileSystem(at: existing), blobFiles: nil)
        lock = Self.lock(at: StoreLock.path(in: path))
        holdsContent = DataFolder.holdsContent(path)
    }

    private static func state(_ path: String, _ status: stat?, error: Int32, parent: String) -> FolderFacts.State {
        guard let status else {
            guard error == ENOENT else { return .unreadable(reason: Look.words(error)) }
            return .missing(parent: parent, mayBeMade: Look.isFolder(parent) && access(parent, W_OK | X_OK) == 0)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .notAFolder }
        return .present(
            owner: UserLook.userName(status.st_uid), isOurs: status.st_uid == geteuid(), mode: status.st_mode & 0o7777,
            isWritable: access(path, W_OK | X_OK) == 0)
    }

    /// Who has the lock whose file is at `path`, by what the kernel tells: asking takes it from nobody.
    static func lock(at path: String) -> LockFacts {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .free : .unreadable(reason: Look.words(errno))
        }
        let recorded = MachineLook.text(at: path).flatMap { Int($0) }
        func holder(in table: String) -> LockFacts {
            LockTable.holder(
                in: table, device: Look.numbers(ofDevice: UInt64(status.st_dev)), inode: UInt64(status.st_ino),
                recorded: recorded)
        }
        // The list of all locks is handed out page by page, and a line moves from one page to another, unseen, when locks before it
        // come and go. So the process that the file names is asked first.
        if let recorded, case let found = holder(in: locks(of: recorded)), found != .free { return found }
        guard let table = FileManager.default.contents(atPath: "/proc/locks") else {
            return .unreadable(reason: "/proc/locks cannot be read")
        }
        return holder(in: String(decoding: table, as: UTF8.self))
    }

    /// The locks of one process, as the list of all has them; none if it is gone, or not ours to ask.
    private static func locks(of pid: Int) -> String {
        let folder = "/proc/\(pid)/fdinfo"
        // ignored: it is gone, or another user's
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let lines = files.compactMap { MachineLook.text(at: "\(folder)/\($0)") }.joined(separator: "\n")
        return lines.split(separator: "\n").filter { $0.hasPrefix("lock:") }.map { $0.dropFirst(5) }.joined(
            separator: "\n")
    }
}

/// Questions to the file system that Foundation has no answer for: modes of sockets, kinds of file systems.
enum Look {
    static func socket(at path: String) -> EngineFacts.Socket {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(reason: words(errno))
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .notASocket }
        return .present(
            owner: UserLook.userName(status.st_uid), group: UserLook.groupName(status.st_gid),
            mode: status.st_mode & 0o777, mayUse: access(path, R_OK | W_OK) == 0,
            members: UserLook.others(inGroup: status.st_gid))
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The nearest thing above `path` that exists.
    static func nearestParent(of path: String) -> String {
        var parent = URL(filePath: path)
        while parent.path != "/", !exists(parent.path) { parent.deleteLastPathComponent() }
        return parent.path
    }

    static func space(at path: String) -> Space? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Space(
            free: ByteCount(bytes: Int64(status.f_bavail) * Int64(status.f_frsize)),
            freeFiles: status.f_files > 0 ? Int64(status.f_favail) : nil)
    }

    static func fileSystem(at path: String) -> FileSystemKind? {
        guard let table = FileManager.default.contents(atPath: "/proc/self/mountinfo") else { return nil }
        return FileSystemKind(
            of: URL(filePath: path).resolvingSymlinksInPath().path, in: String(decoding: table, as: UTF8.self))
    }

    /// The major and the minor number in a `dev_t`, whose macros Swift does not see.
    ///
    /// - Source: makedev(3).
    static func numbers(ofDevice device: UInt64) -> (major: UInt32, minor: UInt32) {
        let major = device >> 8 & 0xFFF | device >> 32 & ~0xFFF
        let minor = device & 0xFF | device >> 12 & ~0xFF
        return (UInt32(truncatingIfNeeded: major), UInt32(truncatingIfNeeded: minor))
    }

    /// The system's words for an error number.
    static func words(_ error: Int32) -> String { String(cString: strerror(error)).lowercased() }
}
