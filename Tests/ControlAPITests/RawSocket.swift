import Dispatch
import Foundation
import Glibc
import TestSupport
import Waiting

/// A client that does what no library would: one socket, written and read as it is.
final class RawSocket: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "test.raw")

    init(_ path: String) throws { descriptor = try UnixSocket.connect(to: path) }

    deinit { close(descriptor) }

    func send(_ text: String) async { await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async {
        let descriptor = descriptor
        await queue.run {
            _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Says that no more comes.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything to the end of the connection.
    func rest() async -> String {
        let descriptor = descriptor
        return await queue.run {
            var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 64 << 10))
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return String(decoding: all, as: UTF8.self) }
                all += buffer[..<count]
            }
        }
    }

    /// What comes until `text` is among it, or the connection ends.
    func until(_ text: String) async -> String {
        let descriptor = descriptor
        return await queue.run {
            var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4 << 10))
            while true {
                let told = String(decoding: all, as: UTF8.self)
                if told.contains(text) { return told }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return told }
                all += buffer[..<count]
            }
        }
    }
}
