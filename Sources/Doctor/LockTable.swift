/// The kernel's list of file locks: who holds one is read from it, so that nobody has to try the lock to know.
package enum LockTable {
    /// The holder of a whole-file lock of flock(2), if there is one.
    ///
    /// - Parameters:
    ///   - text: the content of `/proc/locks`.
    ///   - device: the major and minor number of the file's device, as stat(2) gives them.
    ///   - recorded: the process id that the lock file names. Some file systems show another device in stat(2) than the kernel
    ///     has in its list; the file's number and this id together then name the lock.
    /// - Source: proc_locks(5).
    package static func holder(
        in text: String, device: (major: UInt32, minor: UInt32), inode: UInt64, recorded: Int?
    ) -> LockFacts {
        for line in text.split(separator: "\n") {
            // 1: FLOCK  ADVISORY  WRITE 4711 fe:01:1234 0 EOF; one that waits has "->" before its kind.
            let words = line.split(separator: " ")
            guard words.count >= 8, words[1] == "FLOCK", words[3] == "WRITE", let pid = Int(words[4]) else { continue }
            let place = words[5].split(separator: ":")
            guard place.count == 3, UInt64(place[2]) == inode else { continue }
            let isSameDevice =
                UInt32(place[0], radix: 16) == device.major && UInt32(place[1], radix: 16) == device.minor
            if isSameDevice || pid == recorded { return .held(pid: pid > 0 ? pid : recorded) }
        }
        return .free
    }
}
