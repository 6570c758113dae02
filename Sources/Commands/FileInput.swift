import Foundation
// Foundation cannot open a file without waiting for a writer where a FIFO has taken its place.
private import Glibc
import Model
import Ports

/// A file of ours on its way into a job: exactly the one, and exactly as long, as when it was looked at.
///
/// It is opened when it is first read, so that a thousand of them need no more than one descriptor at a time.
actor FileInput: InputSource {
    private static let pieceSize = 256 << 10
    nonisolated let size: ByteCount
    nonisolated let isExecutable: Bool
    private nonisolated let path: String
    private let identity: FileIdentity
    private var descriptor: Int32?
    private var missing: Int64
    private var isOver = false

    /// Looks at the regular file at `path`, through links.
    init(path: String) throws(FileError) {
        guard let identity = FileIdentity(path: path) else {
            throw .unreadable(path: path, reason: errno == ENOENT ? "it does not exist" : reason(errorNumber: errno))
        }
        guard identity.isRegular else { throw .notAFile(path: path) }
        guard access(path, R_OK) == 0 else { throw .unreadable(path: path, reason: reason(errorNumber: errno)) }
        self.init(path: path, identity: identity)
    }

    /// A file that has been looked at already.
    init(path: String, identity: FileIdentity) {
        (self.path, self.identity, size, missing) = (path, identity, identity.size, identity.size.bytes)
        isExecutable = identity.isExecutable
    }

    deinit { if let descriptor { close(descriptor) } }

    func next() throws(StoreError) -> [UInt8]? {
        guard !isOver else { return nil }
        let descriptor = if let descriptor { descriptor } else { try open() }
        self.descriptor = descriptor
        var bytes = [UInt8](repeating: 0, count: Int(min(missing, Int64(Self.pieceSize))))
        var count = 0
        if !bytes.isEmpty {
            repeat { count = read(descriptor, &bytes, bytes.count) } while count < 0 && errno == EINTR
            guard count >= 0 else { throw .input(path: path, reason: reason(errorNumber: errno)) }
            guard count > 0 else { throw .input(path: path, reason: "it became shorter while it was read") }
        }
        missing -= Int64(count)
        if missing == 0 {
            guard FileIdentity(descriptor: descriptor) == identity else {
                throw .input(path: path, reason: "it changed while it was being read")
            }
            guard !holdsMore(descriptor) else {
                throw .input(path: path, reason: "it holds more than its size says, as files in /proc do")
            }
            isOver = true
            self.descriptor = nil
            close(descriptor)
        }
        return count == 0 ? nil : Array(bytes[..<count])
    }

    /// Whether something can be read beyond the size: what it is would otherwise be lost without a word.
    private func holdsMore(_ descriptor: Int32) -> Bool {
        var (byte, count) = (UInt8(0), 0)
        repeat { count = read(descriptor, &byte, 1) } while count < 0 && errno == EINTR
        return count != 0
    }

    private func open() throws(StoreError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .input(path: path, reason: reason(errorNumber: errno)) }
        // The path may lead elsewhere by now, through whatever link: what counts is the file it leads to.
        guard FileIdentity(descriptor: descriptor) == identity else {
            close(descriptor)
            throw .input(path: path, reason: "it changed after it was looked at")
        }
        return descriptor
    }
}
