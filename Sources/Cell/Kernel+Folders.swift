import CCell
import Glibc

/// Names as the kernel has them: bytes, which need not be UTF-8.
extension Kernel {
    /// Opens for reading beneath a folder, following no link at any place; -1 with errno.
    static func openBeneath(_ folderFD: Int32, _ path: [UInt8]) -> Int32 {
        unsafe caisson_cell_open_beneath(folderFD, terminated(path), 0)
    }

    /// What stands at `path` beneath a folder, a link itself if it is one; `nil` if there is nothing.
    static func status(beneath folderFD: Int32, _ path: [UInt8]) -> stat? {
        let fd = unsafe caisson_cell_open_beneath(folderFD, terminated(path), 1)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var status = stat()
        return unsafe fstat(fd, &status) == 0 ? status : nil
    }

    /// What stands under `name` in a folder, a link itself if it is one; `nil` if there is nothing.
    static func status(of name: [UInt8], in folderFD: Int32) -> stat? {
        var status = stat()
        return unsafe fstatat(folderFD, terminated(name), &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// The names in a folder but `.` and `..`, at most `limit`, in no order; `nil` if it cannot be read.
    static func names(inFolder fd: Int32, limit: Int) -> [[UInt8]]? {
        // The stream owns its descriptor; the caller's stays open.
        let own = dup(fd)
        guard own >= 0, let stream = unsafe fdopendir(own) else {
            if own >= 0 { close(own) }
            return nil
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while names.count < limit, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
        }
        return names
    }

    /// A descriptor of what stands at an absolute path, a link itself if it is one, good for looking only; -1 with errno.
    static func look(_ path: [UInt8]) -> Int32 { unsafe caisson_cell_look(terminated(path)) }

    private static func terminated(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }
}
