import Synchronization

/// The bytes of one answer's body on their way from the loop, which never waits, to the task that reads them.
final class DownloadPipe: Sendable {
    /// With this many bytes unread the transfer is held back: 1 MiB.
    ///
    /// One piece of libcurl's, 16 KiB, may go beyond.
    static let boundBytes = 1 << 20

    private struct State: Sendable {
        var unread: [UInt8] = []
        var end: Result<Void, any Error>?
        var loopWaits = false
        var reader: CheckedContinuation<[UInt8]?, any Error>?
    }

    private let state = Mutex(State())

    /// Whether the transfer is over; bytes may be unread still.
    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Whether the loop holds the transfer back.
    var isLoopWaiting: Bool { state.withLock { $0.loopWaits } }

    // MARK: The reader's side; one task

    /// Everything that came since the last call, or the next bytes; `nil` at the end.
    ///
    /// It does not end early on cancellation: whoever cancels ends the transfer, and that ends the pipe.
    ///
    /// - Throws: what the transfer failed with, once all that came before is read.
    func read() async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { continuation in
            let answer: Result<[UInt8]?, any Error>? = state.withLock { state in
                guard state.unread.isEmpty else {
                    defer { state.unread = [] }
                    return .success(state.unread)
                }
                if let end = state.end { return end.map { nil } }
                guard state.reader == nil else {
                    return .failure(HTTPClientError.internalFault(detail: "two reads of one body at once"))
                }
                state.reader = continuation
                return nil
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    /// Whether the loop must be told that there is room again; asked after each read.
    func takeResumption() -> Bool {
        state.withLock { state in
            guard state.loopWaits, state.unread.isEmpty else { return false }
            state.loopWaits = false
            return true
        }
    }

    // MARK: The loop's side

    /// Whether the next piece may come; else the loop is told later.
    func hasRoom() -> Bool {
        state.withLock { state in
            guard state.unread.count >= Self.boundBytes else { return true }
            state.loopWaits = true
            return false
        }
    }

    /// Keeps the bytes or hands them to the task that waits.
    func deliver(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let reader: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
            guard state.end == nil else { return nil }
            if state.reader == nil { state.unread += bytes }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: bytes)
    }

    /// Says that no more comes; the first reason stays.
    func end(_ result: Result<Void, any Error>) {
        let reader: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = result
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(with: result.map { nil })
    }
}
