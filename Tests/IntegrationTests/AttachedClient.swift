import Foundation
import Glibc
import Synchronization
import TestSupport

/// Somebody else who attaches to a container of ours, past all of our programs.
final class AttachedClient: Sendable {
    private let socket: Int32
    private let count = Mutex(0)

    /// Bytes that came so far.
    var received: Int { count.withLock { $0 } }

    /// Attaches, and reads whatever comes until the stream ends.
    init(to container: String, engine: String = TestEngine.socketPath) throws {
        socket = try UnixSocket.connect(to: engine)
        let head =
            "POST /v1.41/containers\(container)/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: engine\r\n"
            + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
        try send(Array(head.utf8))
        var answer: [UInt8] = []
        while !answer.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard read(socket, &byte, 1) == 1 else { throw POSIXError(.EPROTO) }
            answer.append(byte)
        }
        guard answer.starts(with: "HTTP/1.1 101".utf8) else { throw POSIXError(.EPROTO) }
        Threads.start { [self] in
            var bytes = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let got = read(socket, &bytes, bytes.count)
                guard got > 0 else { break }
                count.withLock { $0 += got }
            }
        }
    }

    /// Writes into the container's standard input, or throws if that is over.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw POSIXError(.EPIPE) }
            rest = rest.dropFirst(sent)
        }
    }

    /// Ends the reader, too.
    func close() { shutdown(socket, Int32(SHUT_RDWR)) }

    deinit { Glibc.close(socket) }
}
