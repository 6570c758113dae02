import Dispatch
import Foundation
import Glibc
package import Model
import Synchronization
import Waiting

/// Where log lines go: a file that is put aside when it is full, or stderr.
///
/// Lines are written in their order on a queue of their own, so that nobody who logs waits for a disk. If it falls behind, lines are dropped
/// and their number is told in their place.
package final class LogFile: Sendable {
    /// A file, and how much of it and of its predecessors is kept.
    package struct Place: Sendable {
        package let path: String
        /// Bytes after which a new one is begun.
        package let size: ByteCount
        /// How many are kept, the present one among them: `log`, `log.1` and so on.
        package let count: Int

        package init(path: String, size: ByteCount, count: Int) {
            (self.path, self.size, self.count) = (path, size, count)
        }
    }

    /// Lines that wait to be written.
    private static let queueBound = 10_000

    private struct Backlog {
        var lines = 0
        var dropped = 0
    }

    /// What is open; only touched on the queue.
    private struct Open {
        var descriptor: Int32
        var length: Int64
    }

    private let place: Place?
    /// The line that stands for so many that were dropped.
    private let droppedLine: @Sendable (Int) -> String
    private let queue = DispatchQueue(label: "caisson.log")
    private let backlog = Mutex(Backlog())
    private let opened: Mutex<Open>

    /// - Parameters:
    ///   - place: `nil` for stderr.
    ///   - droppedLine: the line that stands for so many that were dropped.
    /// - Throws: ``LogFileError``.
    package init(_ place: Place?, droppedLine: @escaping @Sendable (Int) -> String) throws(LogFileError) {
        (self.place, self.droppedLine) = (place, droppedLine)
        let first: Open = if let place { try Self.open(place) } else { Open(descriptor: STDERR_FILENO, length: 0) }
        opened = Mutex(first)
    }

    deinit { if place != nil { _ = opened.withLock { Glibc.close($0.descriptor) } } }

    /// Takes a line, without its line feed.
    package func write(_ line: String) {
        let dropped: Int? = backlog.withLock { backlog in
            guard backlog.lines < Self.queueBound else {
                backlog.dropped += 1
                return nil
            }
            backlog.lines += 1
            defer { backlog.dropped = 0 }
            return backlog.dropped
        }
        guard let dropped else { return }
        queue.async { [self] in
            if dropped > 0 { append("\(droppedLine(dropped))\n") }
            append("\(line)\n")
            backlog.withLock { $0.lines -= 1 }
        }
    }

    /// Opens the file anew by its name: somebody has put the present one aside.
    package func reopen() {
        guard let place else { return }
        queue.async { [self] in
            opened.withLock { opened in
                // ignored: what is open stays in use, and its lines are not lost
                guard let new = try? Self.open(place) else { return }
                Glibc.close(opened.descriptor)
                opened = new
            }
        }
    }

    /// Returns when all that was logged before is written.
    package func flush() async { await queue.run {} }

    private func append(_ text: String) {
        let bytes = Array(text.utf8)
        opened.withLock { opened in
            if let place, opened.length > 0, opened.length + Int64(bytes.count) > place.size.bytes {
                opened = Self.rotated(place, opened)
            }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(opened.descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                // A full disk must not stop the daemon: the line is lost, the next one is tried again.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
                opened.length += Int64(count)
            }
        }
    }

    /// Puts the file aside, and the one that is put aside longest away.
    private static func rotated(_ place: Place, _ opened: Open) -> Open {
        for number in (0..<place.count - 1).reversed() {
            let name = number == 0 ? place.path : "\(place.path).\(number)"
            rename(name, "\(place.path).\(number + 1)")
        }
        if place.count == 1 { unlink(place.path) }
        // ignored: then the old file goes on, above its size
        guard let new = try? open(place) else { return opened }
        Glibc.close(opened.descriptor)
        return new
    }

    private static func open(_ place: Place) throws(LogFileError) -> Open {
        let descriptor = Glibc.open(
            place.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { throw LogFileError(path: place.path, reason: Look.words(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw LogFileError(path: place.path, reason: "it is not a regular file")
        }
        return Open(descriptor: descriptor, length: Int64(status.st_size))
    }
}

/// The log cannot be written.
package struct LogFileError: UserFacingError, Hashable {
    let path: String
    let reason: String

    package var code: ErrorCode { .outputUnwritable }
    package var message: String { "The log \(path) cannot be written: \(reason)." }
    package var remedy: String? { "Check log_file, its folder and their permissions." }
}
