import Foundation
// Foundation either waits for a whole buffer to fill or reads a file to its end; a pipe's next bytes are wanted as they come.
private import Glibc
import Ports

/// Our own standard input, or a file in its place, on its way to a job's.
///
/// A read of a terminal or a pipe may never return, so reads have a thread of their own, which ends with the process; whoever
/// waits for a piece can stop waiting. Nothing is read before it is asked for.
final class StandardInput: InputSource {
    private static let pieceSize = 64 << 10
    private let descriptor: Int32
    private let pieces: AsyncThrowingStream<[UInt8], any Error>
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let queue = DispatchQueue(label: "caisson.stdin")

    /// Reads from `descriptor`, which stays open.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        (pieces, continuation) = AsyncThrowingStream.makeStream()
    }

    func next() async throws(StoreError) -> [UInt8]? {
        queue.async { [descriptor, continuation] in
            var bytes = [UInt8](repeating: 0, count: Self.pieceSize)
            var count = 0
            repeat { count = read(descriptor, &bytes, bytes.count) } while count < 0 && errno == EINTR
            switch count {
            case ..<0: continuation.finish(throwing: POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO))
            case 0: continuation.finish()
            default: continuation.yield(Array(bytes[..<count]))
            }
        }
        do {
            for try await piece in pieces { return piece }
            return nil
        } catch {
            throw .unavailable(path: "the standard input", reason: reason(error))
        }
    }
}
