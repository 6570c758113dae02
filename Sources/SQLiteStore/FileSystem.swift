import Foundation
import Glibc

/// Kinds of file systems, by the names the kernel has for them.
package enum FileSystem {
    /// Gives the kind of the file system that a path is on, as `ext4`; `nil` if it cannot be told.
    package typealias Look = @Sendable (_ path: String) -> String?

    /// By the device that the path is on, among what is mounted.
    ///
    /// - Source: proc_pid_mountinfo(5): the third field is `major:minor`, the one after ` - ` the kind.
    package static let look: Look = { path in
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // As makedev(3) packs them.
        let number = UInt64(status.st_dev)
        let major = (number >> 8) & 0xFFF | (number >> 32) & ~0xFFF
        let device = "\(major):\(number & 0xFF | (number >> 12) & ~0xFF)"
        guard let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo") else { return nil }
        return kind(of: device, in: String(decoding: mounts, as: UTF8.self))
    }

    static func kind(of device: String, in mounts: String) -> String? {
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == device, let dash = fields.firstIndex(of: "-") else { continue }
            return fields.dropFirst(dash + 1).first.map(String.init)
        }
        return nil
    }

    /// Whether a kind lies on another machine.
    ///
    /// Of FUSE only what is known to: behind it can be anything.
    static func isNetwork(_ kind: String) -> Bool { networks.contains(kind) }

    private static let networks: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "coda", "ncpfs", "lustre", "gpfs", "gfs2", "ocfs2",
        "beegfs",
        "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.ceph", "fuse.rclone",
    ]
}
