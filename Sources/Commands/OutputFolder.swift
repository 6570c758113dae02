import Foundation
// Foundation knows no openat(2), without which a link that is planted on the way leads wherever it likes.
// Beside NIO the compiler takes `stat` for a part of Dispatch.
private import CDispatch
private import Glibc

/// A folder of the person who asked, into which files from a job are written.
///
/// A path from a job never leads out of it: each folder on the way is opened in the one before it, by a single name, and no
/// link is followed. (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS would say the same; folders have to be made one
/// by one anyway, and this needs no C of ours.) The folder itself may be a link: its path is its owner's.
struct OutputFolder: ~Copyable {
    /// Why one file was not written; the rest of a sentence.
    struct Refusal: Error, Hashable {
        let reason: String

        init(_ reason: String) { self.reason = reason }

        init(errno code: Int32) {
            switch code {
            case ENOTDIR, ELOOP: reason = "a folder is needed where something else is"
            case ENOSPC, EDQUOT: reason = "no space is left"
            default: reason = Commands.reason(errorNumber: code)
            }
        }
    }

    private let fd: Int32

    /// Opens the folder, and makes it if it is missing.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``, also if nothing can be written into it.
    init(_ path: String) throws(FileError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(path: path, reason: reason(error))
        }
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: Refusal(errno: errno).reason) }
        // A descriptor that has been taken must be given back also when this fails.
        guard faccessat(descriptor, ".", W_OK | X_OK, 0) == 0 else {
            let code = errno
            close(descriptor)
            throw .unwritable(path: path, reason: Refusal(errno: code).reason)
        }
        fd = descriptor
    }

    deinit { close(fd) }

    /// Begins a file at `path`, which appears there when it is whole.
    borrowing func begin(_ path: String) throws(Refusal) -> NewFile {
        var names = try Self.names(of: path)
        let name = names.removeLast()
        var folder = dup(fd)
        for name in names {
            let parent = folder
            defer { close(parent) }
            folder = try Self.openFolder(name, in: parent)
        }
        return try NewFile(name, in: folder)
    }

    /// The names that a path of a job is written under: control characters escaped.
    static func names(of path: String) throws(Refusal) -> [String] {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw Refusal("its path does not stay beneath the folder")
        }
        return names.map { name in
            name.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator:
                    text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
    }

    private static func openFolder(_ name: String, in folder: Int32) throws(Refusal) -> Int32 {
        for _ in 0..<2 {
            let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if descriptor >= 0 { return descriptor }
            guard errno == ENOENT, mkdirat(folder, name, 0o777) == 0 || errno == EEXIST else { break }
        }
        throw Refusal(errno: errno)
    }

    /// A file in the making, under a name of its own; gone if it is not finished.
    struct NewFile: ~Copyable {
        private let folder: Int32
        private let fd: Int32
        private let name: String
        private let temporary: String
        private var isFinished = false

        /// - Parameter folder: becomes this file's to close.
        fileprivate init(_ name: String, in folder: Int32) throws(Refusal) {
            temporary = ".caisson-\(UUID().uuidString)"
            (self.folder, self.name) = (folder, name)
            fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
            guard fd >= 0 else {
                let code = errno
                close(folder)
                throw Refusal(errno: code)
            }
        }

        deinit {
            close(fd)
            if !isFinished { unlinkat(folder, temporary, 0) }
            close(folder)
        }

        borrowing func append(_ bytes: [UInt8]) throws(Refusal) {
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes {
                    write(fd, $0.baseAddress?.advanced(by: written), $0.count - written)
                }
                if count >= 0 { written += count } else if errno != EINTR { throw Refusal(errno: errno) }
            }
        }

        /// Gives the file its name; one that stands there is replaced if it is a regular file.
        ///
        /// It is not flushed to the disk: the store, which is, has it, too.
        mutating func finish() throws(Refusal) {
            var status = stat()
            if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
                switch status.st_mode & S_IFMT {
                case S_IFREG: break
                case S_IFDIR: throw Refusal("a folder has its name")
                case S_IFLNK: throw Refusal("a link has its name")
                default: throw Refusal("something that is no file has its name")
                }
            }
            guard renameat(folder, temporary, folder, name) == 0 else { throw Refusal(errno: errno) }
            isFinished = true
        }
    }
}
