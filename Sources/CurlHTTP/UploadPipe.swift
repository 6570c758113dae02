import Synchronization

/// The bytes of one request's body on their way from its source's task to the loop, which never waits for them.
final class UploadPipe: Sendable {
    /// With this many bytes not yet sent the source waits: 1 MiB.
    static let boundBytes = 1 << 20

    /// What the loop gets.
    enum Taken: Sendable, Hashable {
        case bytes(Int)
        /// Nothing yet: the loop is told when there is something.
        case nothingYet
        case end
    }

    private struct State: Sendable {
        /// Never empty pieces; the first one is sent up to ``firstOffset``.
        var pieces: [[UInt8]] = []
        var firstOffset = 0
        var unsentBytes = 0
        var hasEnded = false
        /// Whether nobody takes bytes any more.
        var isClosed = false
        var loopWaits = false
        var writer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Whether the source waits for room.
    var isWriterWaiting: Bool { state.withLock { $0.writer != nil } }

    // MARK: The source's side; one task

    /// Waits until less than the bound is unsent; `false` once nobody takes bytes any more.
    ///
    /// It does not end early on cancellation: whoever cancels ends the transfer, and that closes the pipe.
    func waitForRoom() async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let mayGoOn = state.withLock { state in
                guard !state.isClosed, state.unsentBytes >= Self.boundBytes else { return true }
                state.writer = continuation
                return false
            }
            if mayGoOn { continuation.resume() }
        }
        return state.withLock { !$0.isClosed }
    }

    /// Queues a piece as it is, however long; answers whether the loop must be told.
    func write(_ piece: [UInt8]) -> Bool {
        state.withLock { state in
            guard !state.isClosed, !piece.isEmpty else { return false }
            state.pieces.append(piece)
            state.unsentBytes += piece.count
            defer { state.loopWaits = false }
            return state.loopWaits
        }
    }

    /// Says that there is no more; answers whether the loop must be told.
    func end() -> Bool {
        state.withLock { state in
            state.hasEnded = true
            defer { state.loopWaits = false }
            return state.loopWaits
        }
    }

    // MARK: The loop's side

    /// Fills `buffer`, which is not empty, as far as bytes are there.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Taken {
        let (taken, writer): (Taken, CheckedContinuation<Void, Never>?) = state.withLock { state in
            guard let piece = state.pieces.first else {
                state.loopWaits = !state.hasEnded
                return (state.hasEnded ? .end : .nothingYet, nil)
            }
            let part = piece[state.firstOffset...].prefix(buffer.count)
            unsafe buffer.copyBytes(from: part)
            state.firstOffset += part.count
            state.unsentBytes -= part.count
            if state.firstOffset == piece.count {
                state.pieces.removeFirst()
                state.firstOffset = 0
            }
            guard state.unsentBytes < Self.boundBytes else { return (.bytes(part.count), nil) }
            defer { state.writer = nil }
            return (.bytes(part.count), state.writer)
        }
        writer?.resume()
        return taken
    }

    /// Says that nobody takes bytes any more, and wakes the source.
    func close() {
        let writer: CheckedContinuation<Void, Never>? = state.withLock { state in
            (state.isClosed, state.pieces, state.firstOffset, state.unsentBytes) = (true, [], 0, 0)
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume()
    }
}
