import Foundation
// Foundation neither makes a file that must not exist yet, nor gives one a name that must be free.
private import Glibc

/// A file that gets its name only when all of it is on the disk, and takes nobody's place.
final class NewFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32

    /// Refuses a name that is taken, before anything is done for it.
    ///
    /// - Throws: ``FileError/exists(path:)``.
    static func checkFree(_ path: String) throws(FileError) {
        // A link that leads nowhere takes the name, too.
        if faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 { throw .exists(path: path) }
    }

    /// Makes it beside its place, with mode 0600.
    ///
    /// - Throws: ``FileError``.
    init(_ path: String) throws(FileError) {
        try Self.checkFree(path)
        self.path = path
        var template = Array("\(path).incomplete-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        let code = errno
        temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: reason(errorNumber: code)) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        // The other name of one that has its own, or a file that was given up.
        unlink(temporary)
    }

    /// Where it is until it has its name.
    var place: String { temporary }

    func append(_ bytes: [UInt8]) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .unwritable(path: path, reason: reason(errorNumber: errno))
            }
        }
    }

    func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .unwritable(path: path, reason: reason(errorNumber: errno)) }
    }

    /// Gives it its name, durably.
    ///
    /// - Throws: ``FileError/exists(path:)`` if somebody else was faster.
    func publish() throws(FileError) {
        if link(temporary, path) != 0 {
            if errno == EEXIST { throw .exists(path: path) }
            // Some file systems give no second names: there the look and the move are two steps.
            try Self.checkFree(path)
            guard rename(temporary, path) == 0 else {
                throw .unwritable(path: path, reason: reason(errorNumber: errno))
            }
        }
        let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        defer { Glibc.close(folder) }
        guard folder >= 0, fsync(folder) == 0 else {
            throw .unwritable(path: path, reason: reason(errorNumber: errno))
        }
    }
}
