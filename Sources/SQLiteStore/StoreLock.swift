import Foundation
import Glibc
package import Ports

/// The exclusive right to write to a data folder, held until this object is gone or its process has ended.
///
/// It is a lock of flock(2) on the file `lock`, which Foundation does not have: the kernel releases it whatever way the
/// process ends, so a lock is never left over. The file's content, the holder's process id, is for people, and tells
/// a holder that was killed from one that left everything in order: that one has emptied it.
package final class StoreLock: Sendable {
    package let folder: String
    /// Whether the holder before this one may have left something that nobody knows of.
    package let isAfterDisorder: Bool
    private let file: CInt

    /// Time between two tries for a lock that another process holds.
    ///
    /// A poll, because flock(2) can be waited for only by blocking a thread, which could then not be cancelled.
    static let pollInterval = Duration.milliseconds(100)

    /// Takes the lock on `folder`, which is made if it does not exist.
    ///
    /// - Parameters:
    ///   - limit: How long to wait for another process.
    ///   - fileSystem: tells what kind of file system a folder is on.
    ///   - whenWaiting: Called once, with the holder's process id if it is known, before the first wait.
    /// - Throws: ``StoreError/locked(path:pid:waited:)`` at the end of the wait, ``StoreError/unavailable(path:reason:)``
    ///   for a folder that is not ours alone; `CancellationError` from the clock, which is why this is untyped.
    package static func acquire(
        _ folder: String, waiting limit: Duration, clock: some Clock<Duration>,
        whenWaiting: (_ pid: Int?) -> Void = { _ in }, fileSystem: FileSystem.Look = FileSystem.look
    ) async throws -> StoreLock {
        try DataFolder.prepare(folder, fileSystem: fileSystem)
        let deadline = clock.now.advanced(by: limit)
        var hasTold = false
        while true {
            if let lock = try StoreLock(folder) { return lock }
            let rest = clock.now.duration(to: deadline)
            guard rest > .zero else { throw StoreError.locked(path: folder, pid: holder(of: folder), waited: limit) }
            if !hasTold { whenWaiting(holder(of: folder)) }
            hasTold = true
            try await clock.sleep(for: min(rest, pollInterval))
        }
    }

    /// Takes the lock on `folder`, or none if another process has it.
    package static func acquireNow(_ folder: String) throws(StoreError) -> StoreLock? {
        try DataFolder.prepare(folder)
        return try StoreLock(folder)
    }

    /// - Returns: `nil` if another process has the lock.
    private init?(_ folder: String) throws(StoreError) {
        let path = Self.path(in: folder)
        // Close-on-exec: a child that inherited the file would hold the lock beyond the end of this process.
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        self.folder = folder
        guard file >= 0 else { throw DataFolder.failure(path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { return nil }
            throw DataFolder.failure(path)
        }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw DataFolder.failure(path) }
        isAfterDisorder = status.st_size > 0
        let pid = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, pid, pid.count, 0) == pid.count else {
            throw DataFolder.failure(path)
        }
    }

    deinit { close(file) }

    /// Says that the next holder will find everything in order.
    func markOrder() { _ = ftruncate(file, 0) }  // if it fails, the next holder looks where it need not

    /// The lock's file.
    package static func path(in folder: String) -> String { "\(folder)/lock" }

    private static func holder(of folder: String) -> Int? {
        let content = FileManager.default.contents(atPath: path(in: folder)) ?? Data()
        return Int(String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
