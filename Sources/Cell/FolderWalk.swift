import CCell
import CellWire
import Glibc

/// Everything that lies beneath a folder, in the order of the paths' bytes; no link is followed.
///
/// Only for a folder that nobody changes any more. Time and memory are bounded, whatever the folder holds: what is left out
/// stands in ``gaps``.
struct FolderWalk {
    /// Limits of a walk.
    enum Limit {
        /// Twice what the tmpfs at `/work` can hold.
        static let entries = 8192
        static let depth = 64
        /// Bytes of a path.
        static let path = 1024
    }

    /// One file, folder, link or whatever it is.
    struct Entry {
        /// Relative to the folder.
        let path: [UInt8]
        let size: Int
        /// Why it cannot be collected; `nil` of a regular file.
        ///
        /// Hard links are files: beneath `/work` they lead nowhere else.
        let problem: FileMessage.Problem?
    }

    /// A folder that was not looked into, or not to its end.
    struct Gap {
        /// Empty for the folder itself.
        let path: [UInt8]
        let problem: FileMessage.Problem
    }

    private(set) var entries: [Entry] = []
    private(set) var gaps: [Gap] = []

    /// - Parameter folderFD: the folder, open for reading; stays open.
    init(_ folderFD: Int32) {
        var folders: [(path: [UInt8], depth: Int)] = [([], 0)]
        while let folder = folders.popLast() {
            guard folder.depth < Limit.depth else {
                gaps.append(Gap(path: folder.path, problem: .tooDeep))
                continue
            }
            let fd = Kernel.openBeneath(folderFD, folder.path.isEmpty ? [UInt8(ascii: ".")] : folder.path)
            guard fd >= 0, let names = Kernel.names(inFolder: fd, limit: Limit.entries - entries.count + 1) else {
                gaps.append(Gap(path: folder.path, problem: .unreadable))
                continue
            }
            defer { close(fd) }
            for name in names {
                guard entries.count < Limit.entries else {
                    gaps.append(Gap(path: folder.path, problem: .tooMany))
                    break
                }
                let path = folder.path.isEmpty ? name : folder.path + [UInt8(ascii: "/")] + name
                guard path.count <= Limit.path else {
                    gaps.append(Gap(path: folder.path, problem: .tooDeep))
                    break
                }
                guard let status = Kernel.status(of: name, in: fd) else { continue }
                let problem = Self.problem(of: status.st_mode)
                entries.append(Entry(path: path, size: Int(status.st_size), problem: problem))
                if problem == .folder { folders.append((path, folder.depth + 1)) }
            }
        }
        entries.sort { $0.path.lexicographicallyPrecedes($1.path) }
        gaps.sort { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Whether nothing is known of what lies at `path`, because a folder on the way was not looked into.
    func isHidden(_ path: [UInt8]) -> Bool {
        gaps.contains { $0.path.isEmpty || path.starts(with: $0.path + [UInt8(ascii: "/")]) }
    }

    /// Why a file of this kind cannot be collected.
    static func problem(of mode: mode_t) -> FileMessage.Problem? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: .folder
        case S_IFLNK: .link
        case S_IFIFO: .fifo
        case S_IFSOCK: .socket
        case S_IFCHR, S_IFBLK: .device
        default: .notAFile
        }
    }
}
