import Doctor
import SQLiteStore

/// That a daemon which was asked to end is gone.
package enum DaemonEnd {
    /// Time between two looks: nobody tells a process of the end of one that is not its child.
    private static let step = Duration.milliseconds(50)

    /// Waits until a process has let the data folder go, which is the last thing that a daemon does.
    ///
    /// - Returns: false if it has it still when the time is over.
    package static func wait(for pid: Int, in folder: String, limit: Duration) async throws -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: limit)
        while isHeld(by: pid, folder) {
            guard clock.now < deadline else { return false }
            try await clock.sleep(for: step)
        }
        return true
    }

    private static func isHeld(by pid: Int, _ folder: String) -> Bool {
        switch FolderLook.lock(at: StoreLock.path(in: folder)) {
        case .free: false
        // Another one may have it by now. If nobody says who, it is taken for the same.
        case .held(let holder): holder.map { $0 == pid } ?? true
        // Without the list of locks: what is gone has no folder in /proc.
        case .unreadable: Look.exists("/proc/\(pid)")
        }
    }
}
