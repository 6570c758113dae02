import CCell
import Glibc

/// The few system calls of the cell, with their pointers kept in here.
enum Kernel {
    /// What a read from a descriptor that does not block gave.
    enum ReadResult {
        case bytes([UInt8])
        case wouldBlock
        /// The end of the file, or a descriptor that is of no more use.
        case end
    }

    /// Reads what is there, at most `count` bytes.
    static func read(_ fd: Int32, count: Int) -> ReadResult {
        var got = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat { got = unsafe Glibc.read(fd, buffer.baseAddress, count) } while got < 0 && errno == EINTR
            initialized = max(0, got)
        }
        if got > 0 { return .bytes(bytes) }
        return got < 0 && errno == EAGAIN ? .wouldBlock : .end
    }

    /// Writes as much as is taken now: the count, 0 if the descriptor would block, or `nil` if it is of no more use.
    static func write(_ fd: Int32, _ bytes: ArraySlice<UInt8>) -> Int? {
        var count = 0
        unsafe bytes.withUnsafeBytes { buffer in
            repeat {
                count = unsafe Glibc.write(fd, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
        }
        if count >= 0 { return count }
        return errno == EAGAIN ? 0 : nil
    }

    /// Writes everything to a file on a file system, where a write does not wait for a peer; the error number if it cannot.
    static func writeAll(_ fd: Int32, _ bytes: [UInt8]) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let count = write(fd, rest), count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    /// Waits for descriptors; `timeout` in milliseconds, rounded up by the caller.
    static func poll(_ descriptors: inout [pollfd], timeout: Int32) {
        let count = nfds_t(descriptors.count)
        _ = unsafe descriptors.withUnsafeMutableBufferPointer { unsafe Glibc.poll($0.baseAddress, count, timeout) }
    }

    /// A whole small file, such as those of `/proc`, or `nil` if it cannot be read.
    static func text(of path: String) -> String? {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var content: [UInt8] = []
        while content.count < 1 << 20, case .bytes(let bytes) = read(fd, count: 4096) { content += bytes }
        return String(decoding: content, as: UTF8.self)
    }

    /// Kills every process in the container but this one.
    static func killAll(_ signal: Int32) { _ = kill(-1, signal) }

    /// Microseconds on the monotonic clock.
    static var now: Int64 { caisson_cell_monotonic_us() }

    static func message(_ error: Int32) -> String {
        unsafe strerror(error).map { unsafe String(cString: $0) } ?? "error \(error)"
    }
}
