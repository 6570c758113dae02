/// A file system, as far as it matters to a database on it.
package struct FileSystemKind: Sendable, Hashable {
    /// Where its bytes lie.
    package enum Place: Sendable, Hashable {
        case local
        /// On another machine, or behind another program: locks and shared memory, which the database's log needs, cannot be
        /// relied upon.
        case network
        /// In memory: gone with the machine's next start.
        case memory
    }

    /// As mount(8) names it, as in `ext4`.
    package let name: String

    package init(name: String) { self.name = name }

    package var place: Place {
        if ["tmpfs", "ramfs"].contains(name) { return .memory }
        let remote: Set = [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "9p", "afs", "lustre", "gfs2", "ocfs2", "gpfs", "vboxsf",
            "virtiofs", "ncpfs", "coda", "glusterfs", "beegfs", "fuse",
        ]
        return remote.contains(name) || name.hasPrefix("fuse.") ? .network : .local
    }

    /// The file system that `path` lies on.
    ///
    /// - Parameters:
    ///   - path: absolute, without symbolic links.
    ///   - table: the content of `/proc/self/mountinfo`.
    /// - Source: proc_pid_mountinfo(5).
    package init?(of path: String, in table: String) {
        var best: (length: Int, name: String)?
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
            let place = Self.unescaped(words[4])
            let isAbove = place == "/" || path == place || path.hasPrefix("\(place)/")
            // Of two mounts in one place the later one covers the earlier.
            if isAbove, place.utf8.count >= best?.length ?? 0 { best = (place.utf8.count, String(words[dash + 1])) }
        }
        guard let best else { return nil }
        name = best.name
    }

    /// Blanks and backslashes stand as three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")].reduce(String(text)) { text, pair in
            text.split(separator: pair.0, omittingEmptySubsequences: false).joined(separator: pair.1)
        }
    }
}
