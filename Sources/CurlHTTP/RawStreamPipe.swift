import Synchronization

/// The bytes of one raw stream in both directions, between its user's tasks and the loop, which never waits for them.
final class RawStreamPipe: Sendable {
    /// Above this many unsent bytes a write waits: 256 KiB.
    static let outboundBoundBytes = 256 << 10

    private struct WaitingWrite: Sendable {
        let waiter: UInt64
        let bytes: [UInt8]
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private struct WaitingRead: Sendable {
        let waiter: UInt64
        let continuation: CheckedContinuation<[UInt8]?, any Error>
    }

    private struct State: Sendable {
        var inbound: [UInt8] = []
        /// Accepted and not yet taken by the loop.
        var outbound: [UInt8] = []
        /// Accepted and not yet in the socket: ``outbound`` and what the loop holds of it.
        var unsentBytes = 0
        var read: WaitingRead?
        var writes: [WaitingWrite] = []
        var end: RawStreamEnd?
        var lastWaiter: UInt64 = 0

        mutating func accept(_ bytes: [UInt8]) {
            outbound += bytes
            unsentBytes += bytes.count
        }
    }

    private let inboundBoundBytes: Int
    private let state = Mutex(State())

    /// Makes a pipe in which `first` waits to be sent.
    init(inboundBoundBytes: Int, sendingFirst first: [UInt8] = []) {
        self.inboundBoundBytes = inboundBoundBytes
        state.withLock { $0.accept(first) }
    }

    /// How many writes wait for room.
    var waitingWrites: Int { state.withLock { $0.writes.count } }

    /// Whether a read waits for bytes.
    var isReadWaiting: Bool { state.withLock { $0.read != nil } }

    // MARK: The user's side

    /// Everything that came since the last call, or the next bytes; `nil` at the end.
    ///
    /// - Throws: what the stream failed with, or `CancellationError`, after which no byte is lost.
    func read() async throws -> [UInt8]? {
        let waiter = newWaiter()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = startReading(WaitingRead(waiter: waiter, continuation: continuation))
                if let answer { continuation.resume(with: answer) } else if Task.isCancelled { cancelRead(waiter) }
            }
        } onCancel: {
            cancelRead(waiter)
        }
    }

    /// Accepts `bytes` as a whole once no more than the bound is unsent; answers whether the loop must be told.
    ///
    /// - Throws: what the stream ended with, or `CancellationError`; none of `bytes` is sent then.
    func write(_ bytes: [UInt8]) async throws -> Bool {
        let waiter = newWaiter()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = startWriting(WaitingWrite(waiter: waiter, bytes: bytes, continuation: continuation))
                if let answer { continuation.resume(with: answer) } else if Task.isCancelled { cancelWrite(waiter) }
            }
        } onCancel: {
            cancelWrite(waiter)
        }
    }

    // MARK: The loop's side

    /// Keeps what the socket held, or hands it to the read that waits; answers the end if too much is unread now.
    func deliver(_ bytes: ArraySlice<UInt8>) -> RawStreamEnd? {
        let (read, end): (WaitingRead?, RawStreamEnd?) = state.withLock { state in
            guard state.end == nil, !bytes.isEmpty else { return (nil, nil) }
            if let read = state.read {
                state.read = nil
                return (read, nil)
            }
            guard bytes.count <= inboundBoundBytes - state.inbound.count else {
                return (nil, .failed(.readerTooSlow(boundBytes: inboundBoundBytes)))
            }
            state.inbound += bytes
            return (nil, nil)
        }
        read?.continuation.resume(returning: Array(bytes))
        return end
    }

    /// Moves out everything accepted and not yet taken.
    func takeOutbound() -> [UInt8] {
        state.withLock { state in
            defer { state.outbound = [] }
            return state.outbound
        }
    }

    /// Notes that the socket took `count` bytes, and accepts the writes that fit now, in their order.
    func didSend(_ count: Int) {
        let accepted: [WaitingWrite] = state.withLock { state in
            state.unsentBytes -= count
            var accepted: [WaitingWrite] = []
            while state.unsentBytes <= Self.outboundBoundBytes, !state.writes.isEmpty {
                let write = state.writes.removeFirst()
                state.accept(write.bytes)
                accepted.append(write)
            }
            return accepted
        }
        for write in accepted { write.continuation.resume(returning: false) }
    }

    /// Ends both directions and wakes who waits.
    ///
    /// What is unread can still be read, unless that is what ended the stream.
    func end(_ end: RawStreamEnd) {
        let (read, writes): (WaitingRead?, [WaitingWrite]) = state.withLock { state in
            guard state.end == nil else { return (nil, []) }
            state.end = end
            if end.dropsUnread { state.inbound = [] }
            defer { (state.read, state.writes) = (nil, []) }
            return (state.read, state.writes)
        }
        read?.continuation.resume(with: Self.readAnswer(at: end))
        for write in writes { write.continuation.resume(throwing: end.writeFailure) }
    }

    // MARK: Inside

    private func newWaiter() -> UInt64 {
        state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
    }

    /// The answer at once, or `nil` if the read waits now.
    private func startReading(_ read: WaitingRead) -> Result<[UInt8]?, any Error>? {
        state.withLock { state in
            guard state.inbound.isEmpty else {
                defer { state.inbound = [] }
                return .success(state.inbound)
            }
            if let end = state.end { return Self.readAnswer(at: end) }
            guard state.read == nil else {
                return .failure(HTTPClientError.internalFault(detail: "two reads of one stream at once"))
            }
            state.read = read
            return nil
        }
    }

    private func startWriting(_ write: WaitingWrite) -> Result<Bool, any Error>? {
        state.withLock { state in
            if let end = state.end { return .failure(end.writeFailure) }
            guard state.writes.isEmpty, state.unsentBytes <= Self.outboundBoundBytes else {
                state.writes.append(write)
                return nil
            }
            // Bytes that are there already have told the loop.
            defer { state.accept(write.bytes) }
            return .success(state.outbound.isEmpty && !write.bytes.isEmpty)
        }
    }

    private func cancelRead(_ waiter: UInt64) {
        let read: WaitingRead? = state.withLock { state in
            guard state.read?.waiter == waiter else { return nil }
            defer { state.read = nil }
            return state.read
        }
        read?.continuation.resume(throwing: CancellationError())
    }

    private func cancelWrite(_ waiter: UInt64) {
        let write: WaitingWrite? = state.withLock { state in
            state.writes.firstIndex { $0.waiter == waiter }.map { state.writes.remove(at: $0) }
        }
        write?.continuation.resume(throwing: CancellationError())
    }

    private static func readAnswer(at end: RawStreamEnd) -> Result<[UInt8]?, any Error> {
        guard case .failed(let failure) = end else { return .success(nil) }
        return .failure(failure)
    }
}
