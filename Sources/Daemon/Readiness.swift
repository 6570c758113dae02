import Glibc
import Synchronization

/// Tells those who started the daemon how its start went, once.
package final class Readiness: Sendable {
    private let descriptor: Mutex<Int32?>
    /// Where systemd listens, if it started us.
    private let manager: String?

    /// The line that tells of success.
    package static let word = "ready"

    /// - Parameters:
    ///   - descriptor: the end of a pipe that the starter reads; it is closed with the first word.
    ///   - manager: `NOTIFY_SOCKET`.
    package init(descriptor: Int32?, manager: String?) {
        // Nothing that the daemon starts may hold the pipe open.
        if let descriptor { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        self.descriptor = Mutex(descriptor)
        self.manager = manager
    }

    /// Clients are listened to.
    package func ready() {
        tell(Self.word)
        notify("READY=1")
    }

    /// The start has failed.
    ///
    /// - Parameter line: the error as one line of JSON.
    package func failed(_ line: String) { tell(line) }

    /// The daemon has begun to end.
    package func stopping() { notify("STOPPING=1") }

    private func tell(_ line: String) {
        let taken = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let taken else { return }
        let bytes = Array("\(line)\n".utf8)
        // Short enough for a pipe to take at once; a starter that is gone is none to wait for.
        _ = bytes.withUnsafeBytes { write(taken, $0.baseAddress, $0.count) }
        close(taken)
    }

    /// - Source: sd_notify(3).
    private func notify(_ state: String) {
        guard let manager, let first = manager.first, first == "/" || first == "@" else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // An abstract name begins with a NUL in place of the @, and has no end but its length.
        let name = first == "@" ? [0] + Array(manager.utf8.dropFirst()) : Array(manager.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let offset = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? MemoryLayout<sa_family_t>.size
        let size = socklen_t(offset + name.count)
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), $0, size)
            }
        }
    }
}
