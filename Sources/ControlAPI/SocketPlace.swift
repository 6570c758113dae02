// Beneath NIO the compiler may take `stat` for this module's.
import CDispatch
import Glibc

/// The one file by which clients find the daemon.
///
/// The socket is bound in a folder of its own that nobody else may enter, gets its mode there, and only then its name: so there is
/// no moment in which it stands at its place and lets others in. The renaming takes the place of what a dead daemon left.
struct SocketPlace: Sendable {
    /// Longest path of a Unix socket in bytes (unix(7): 108 with the final zero).
    static let maxPathBytes = 107

    let path: String
    private let folder: String
    private let descriptor: Int32
    /// Where it is bound: a name of the folder that is short, wherever the folder is.
    var bindPath: String { "/proc/self/fd/\(descriptor)/s" }
    private var boundPath: String { "\(folder)/s" }

    /// Looks at the place and makes the folder; what a daemon that was killed left of either is taken away or replaced.
    ///
    /// - Throws: ``ControlAPIError/pathTooLong(path:bytes:)``, ``ControlAPIError/notASocket(path:)``,
    ///   ``ControlAPIError/socketInUse(path:)``, ``ControlAPIError/socketUnusable(path:reason:)``.
    init(_ path: String) throws(ControlAPIError) {
        (self.path, folder) = (path, "\(path).new")
        guard (1...Self.maxPathBytes).contains(path.utf8.count), !path.utf8.contains(0) else {
            throw .pathTooLong(path: path, bytes: path.utf8.count)
        }
        try Self.check(path)
        guard !Self.isListenedAt(path) else { throw .socketInUse(path: path) }
        unlink("\(folder)/s")
        rmdir(folder)
        guard mkdir(folder, 0o700) == 0 else { throw .socketUnusable(path: path, reason: Self.reason()) }
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = Self.reason()
            rmdir(folder)
            throw .socketUnusable(path: path, reason: reason)
        }
    }

    /// Gives the bound socket its mode and its name.
    ///
    /// - Returns: which file it is, for ``remove(_:)``.
    func publish() throws(ControlAPIError) -> Identity? {
        guard chmod(boundPath, 0o600) == 0 else { throw failure() }
        try Self.check(path)
        guard rename(boundPath, path) == 0 else { throw failure() }
        return Identity(path)
    }

    /// Takes the folder away, once the socket has its name or is not to have one.
    func clear() {
        unlink(boundPath)
        rmdir(folder)
    }

    /// Lets go of the folder, once nobody looks at ``bindPath`` any more: the server's end does, and the number of a descriptor that is
    /// closed soon stands for something else.
    func close() { Glibc.close(descriptor) }

    /// Takes the file away; no error if it is gone, or is another one's: somebody may have removed ours and begun anew.
    func remove(_ identity: Identity) {
        guard identity == Identity(path) else { return }
        unlink(path)
    }

    /// Which file it is.
    struct Identity: Sendable, Hashable {
        let device, inode: UInt64

        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        }
    }

    private func failure() -> ControlAPIError { .socketUnusable(path: path, reason: Self.reason()) }

    private static func check(_ path: String) throws(ControlAPIError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    }

    /// Whether somebody takes connections there, or would if there were room: a daemon of another data folder.
    private static func isListenedAt(_ path: String) -> Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result == 0 || errno == EAGAIN
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
