import Glibc
import Synchronization

/// Holds a thread of the server until the test opens it, for at most a minute.
final class Gate: Sendable {
    private static let limitMilliseconds: Int32 = 60_000

    private let readEnd: Int32
    private let writeEnd: Mutex<Int32?>

    init(isOpen: Bool = false) {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "pipe: \(errno)")
        readEnd = ends[0]
        writeEnd = Mutex(ends[1])
        if isOpen { open() }
    }

    deinit {
        open()
        close(readEnd)
    }

    func open() {
        writeEnd.withLock { end in
            if let end { close(end) }
            end = nil
        }
    }

    func wait() {
        var event = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        poll(&event, 1, Self.limitMilliseconds)
    }
}
