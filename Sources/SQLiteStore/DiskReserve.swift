import Foundation
import Glibc
import Ports
import Synchronization

/// Space of the data folder's disk that is held back for the ends of jobs: a full disk must not keep a job from ending.
///
/// A file without content that takes its space at once. When a commit finds no space the file is given up, and what has to be
/// written goes where it was; nothing new is accepted until there is room for the file again.
final class DiskReserve: Sendable {
    /// The end of a job takes some ten KiB, so this is enough for a hundred; less on a small disk.
    static let size = 4 << 20
    /// The part of the free space that the file takes at most.
    private static let share = 8

    private let path: String
    private let held: Mutex<Bool>

    init(in folder: String) {
        path = "\(folder)/reserve"
        held = Mutex(false)
        replenish()
    }

    /// Takes the space if it is not held.
    ///
    /// - Returns: whether it is held now.
    @discardableResult
    func replenish() -> Bool {
        held.withLock { held in
            if !held { held = take() }
            return held
        }
    }

    /// Gives the space up.
    ///
    /// - Returns: whether there was any: something may fit now that did not before.
    func release() -> Bool {
        held.withLock { held in
            guard held, truncate(path, 0) == 0 else { return false }
            held = false
            return true
        }
    }

    /// A disk on which there is no room for it, or that cannot be asked, has none.
    private func take() -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        var (status, disk) = (stat(), statvfs())
        guard fstat(file, &status) == 0, fstatvfs(file, &disk) == 0 else { return false }
        // What a process before this one held counts as free.
        let free = Int(disk.f_bavail) * Int(disk.f_frsize) + Int(status.st_blocks) * 512
        let size = min(Self.size, free / Self.share)
        guard size >= Int(disk.f_frsize), ftruncate(file, 0) == 0 else { return false }
        guard posix_fallocate(file, 0, off_t(size)) == 0 else {
            _ = ftruncate(file, 0)  // a part of it is of no use; if it stays, it is taken at the next try
            return false
        }
        return true
    }
}
