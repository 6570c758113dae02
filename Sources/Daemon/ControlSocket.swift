import Glibc
package import Model
import Ports

/// The place of the daemon's socket: free when it starts, gone when it ends.
package enum ControlSocket {
    /// Why a daemon cannot listen.
    package enum Failure: UserFacingError, Hashable {
        /// Another process answers there: the daemon of another data folder.
        case taken(path: String)
        case unusable(path: String, reason: String)

        package var code: ErrorCode {
            switch self {
            case .taken: .storeLocked
            case .unusable: .storeUnavailable
            }
        }
        package var message: String {
            switch self {
            case .taken(let path): "Another process already listens at \(path)."
            case .unusable(let path, let reason): "The socket \(path) cannot be made: \(reason)."
            }
        }
        package var remedy: String? {
            switch self {
            case .taken: "Give this daemon another socket (socket, CAISSON_SOCKET, --socket), or stop the other one."
            case .unusable: "Check that its folder exists and belongs to you, or set another socket."
            }
        }
    }

    /// Takes away what a daemon that was killed has left at `path`; called with the data folder's lock held.
    package static func clear(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .unusable(path: path, reason: Look.words(errno)) }
            let folder = Look.nearestParent(of: path)
            guard path.hasPrefix(folder == "/" ? "/" : "\(folder)/"), !path.dropFirst(folder.count + 1).contains("/")
            else { throw .unusable(path: path, reason: "its folder does not exist") }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .unusable(path: path, reason: "it is not a socket") }
        if answers(path) { throw .taken(path: path) }
        remove(path)
    }

    package static func remove(_ path: String) { unlink(path) }

    /// Whether somebody listens at `path`.
    ///
    /// Does not block: a daemon whose backlog is full is there, too.
    package static func answers(_ path: String) -> Bool {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        guard let result = withAddress(path, { connect(descriptor, $0, $1) == 0 ? 0 : errno }) else { return false }
        return result == 0 || result == EAGAIN
    }

    /// - Returns: `nil` if the path is too long for an address.
    static func withAddress<Value>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= Settings.socketBound else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }
}
