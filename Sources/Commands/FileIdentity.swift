// Foundation follows links where they must not be followed, and knows no inodes.
// Beside NIO the compiler takes `stat` for a part of Dispatch.
import CDispatch
import Glibc
import Model

/// A file as it was when it was looked at: what must be the same when it is read.
struct FileIdentity: Sendable, Hashable {
    let size: ByteCount
    let isExecutable: Bool
    let isRegular: Bool
    private let device: UInt64
    private let inode: UInt64
    private let modifiedSeconds: Int
    private let modifiedNanoseconds: Int

    init(_ status: stat) {
        size = ByteCount(bytes: Int64(status.st_size))
        isExecutable = status.st_mode & 0o111 != 0
        isRegular = status.st_mode & S_IFMT == S_IFREG
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
        (modifiedSeconds, modifiedNanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    /// The file at `path`, through links; `nil` with `errno` set if there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The open file; `nil` with `errno` set if it cannot be told.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}
