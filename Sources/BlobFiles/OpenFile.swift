import Glibc
import Ports

/// An open file, closed when this is gone.
///
/// The only place with C calls: Foundation has neither an open(2) with flags and a mode, nor pread(2), nor a rename(2) that
/// replaces, and its errors hide `errno`, by which "no space" is told from the rest.
struct OpenFile: ~Copyable {
    private let descriptor: CInt
    let path: String

    /// What a file or a folder is opened for.
    enum Purpose {
        case reading
        /// Reading anywhere, writing at the end; made with mode 0600 if it does not exist.
        case appending
        /// The same, but it must not exist yet.
        case creating

        fileprivate var flags: CInt {
            switch self {
            case .reading: O_RDONLY
            case .appending: O_RDWR | O_APPEND | O_CREAT
            case .creating: O_RDWR | O_APPEND | O_CREAT | O_EXCL
            }
        }
    }

    init(_ path: String, for purpose: Purpose) throws(StoreError) {
        self.path = path
        descriptor = open(path, purpose.flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var size: Int64 {
        get throws(StoreError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
            return Int64(status.st_size)
        }
    }

    /// Whether it has other names than the one it was opened by.
    var hasOtherNames: Bool {
        get throws(StoreError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
            return status.st_nlink > 1
        }
    }

    /// Writes all of `bytes` at the end; after an error a part of them may stand there.
    func append(_ bytes: [UInt8]) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count >= 0 { written += count } else if errno != EINTR { throw Self.failure(path) }
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    func read(from offset: Int64, count: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let position = off_t(offset) + off_t(filled)
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled, position)
            }
            if got == 0 { break }
            if got > 0 { filled += got } else if errno != EINTR { throw Self.failure(path) }
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    func truncate(to size: Int64) throws(StoreError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw Self.failure(path) }
    }

    /// Makes content and size, or a folder's entries, last through a power cut.
    func synchronize() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path) }
    }

    /// The size of the file at `path`, or `nil` if there is none.
    static func size(of path: String) throws(StoreError) -> Int64? {
        var status = stat()
        if lstat(path, &status) == 0 { return Int64(status.st_size) }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path) }
        return nil
    }

    /// Whether a folder, or a link to one, is at `path`, or `nil` if there is nothing.
    static func isFolder(_ path: String) throws(StoreError) -> Bool? {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path) }
        return nil
    }

    /// When the file at `path` was last written to or touched, in milliseconds since 1970; `nil` if there is none.
    static func lastChange(of path: String) throws(StoreError) -> Int64? {
        var status = stat()
        if lstat(path, &status) == 0 {
            return Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path) }
        return nil
    }

    /// Makes a file look as if it had been written to just now.
    static func touch(_ path: String) throws(StoreError) {
        guard utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) == 0 else { throw failure(path) }
    }

    /// Removes a file; false if there is none.
    static func remove(_ path: String) throws(StoreError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure(path) }
        return false
    }

    /// Moves a file over whatever is at `target`, in one step.
    static func move(_ path: String, to target: String) throws(StoreError) {
        guard rename(path, target) == 0 else { throw failure(target) }
    }

    /// Gives a file a second name; false if its file system cannot do that, or `target` lies on another one.
    static func link(_ path: String, to target: String) throws(StoreError) -> Bool {
        if Glibc.link(path, target) == 0 { return true }
        guard errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP else { throw failure(target) }
        return false
    }

    private static func failure(_ path: String) -> StoreError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .noSpace(path: path) }
        return .unavailable(path: path, reason: String(cString: strerror(code)))
    }
}
