import Hummingbird
package import Model
import NIOCore
package import Ports

/// A request's body, read piece by piece by one reader; the client is held back while nobody reads.
package actor ControlBody: InputSource {
    private var iterator: RequestBody.AsyncIterator
    private let channel: any Channel
    private let pieceLimit: Duration
    /// What the client said that it would send; `nil` without a length.
    private let announced: Int64?
    private var limit = ByteCount(bytes: .max)
    private var isPatient = false
    private var received = Int64(0)
    private var hasEnded: Bool
    /// Why the body cannot be read on; a store that reads it has only words of its own for that.
    private(set) var failure: ControlAPIError?

    init(_ body: RequestBody, length: BodyLength, channel: any Channel, pieceLimit: Duration) {
        (iterator, self.channel, self.pieceLimit) = (body.makeAsyncIterator(), channel, pieceLimit)
        switch length {
        case .none: (announced, hasEnded) = (0, true)
        case .bytes(let count): (announced, hasEnded) = (count, count == 0)
        case .unknown: (announced, hasEnded) = (nil, false)
        }
    }

    /// What the head says of the body.
    enum BodyLength: Sendable, Hashable {
        case none, unknown
        case bytes(Int64)
    }

    /// Whether something is left that the client may still be sending.
    var isUnread: Bool { !hasEnded }

    /// More than `bytes` is refused, at once if the client has announced it.
    package func setLimit(_ bytes: ByteCount) throws(ControlAPIError) {
        limit = bytes
        if let announced, announced > bytes.bytes { throw fail(.bodyTooLarge(limit: bytes)) }
    }

    /// Lets the client take its time, as a person at a terminal does.
    package func setPatient() { isPatient = true }

    /// The next piece; `nil` at the end.
    package func piece() async throws(ControlAPIError) -> [UInt8]? {
        if let failure { throw failure }
        guard !hasEnded else { return nil }
        let cut = isPatient ? nil : ChannelCut(channel, after: pieceLimit, mode: .input)
        defer { cut?.cancel() }
        let piece: ByteBuffer?
        do {
            var iterator = iterator
            piece = try await iterator.next(isolation: self)
            self.iterator = iterator
        } catch {
            throw fail(cut?.hasHappened == true ? .bodyTooSlow(limit: pieceLimit) : .bodyCut)
        }
        guard let piece else {
            // The end of what came is the end of the body only if all of it came.
            if cut?.hasHappened == true { throw fail(.bodyTooSlow(limit: pieceLimit)) }
            if let announced, received < announced { throw fail(.bodyCut) }
            hasEnded = true
            return nil
        }
        received += Int64(piece.readableBytes)
        guard received <= limit.bytes else { throw fail(.bodyTooLarge(limit: limit)) }
        return Array(piece.readableBytesView)
    }

    package func next() async throws(StoreError) -> [UInt8]? {
        do {
            while true {
                guard let piece = try await piece() else { return nil }
                if !piece.isEmpty { return piece }
            }
        } catch {
            throw .input(path: "The request's body", reason: "it did not come whole")
        }
    }

    /// All of it.
    package func whole(limit: Int) async throws(ControlAPIError) -> [UInt8] {
        try setLimit(ByteCount(bytes: Int64(limit)))
        var bytes: [UInt8] = []
        while let piece = try await piece() { bytes += piece }
        return bytes
    }

    /// Reads on for a moment and forgets, so that a client that is still sending gets to read the answer.
    ///
    /// - Returns: whether the end came; if not, the connection is of no more use.
    func drain(_ bounds: ControlBounds) async -> Bool {
        guard !hasEnded else { return true }
        let cut = ChannelCut(channel, after: bounds.unwanted, mode: .input)
        defer { cut.cancel() }
        var rest = bounds.unwantedBytes
        var iterator = iterator
        defer { self.iterator = iterator }
        do {
            while rest > 0 {
                guard let piece = try await iterator.next(isolation: self) else {
                    hasEnded = !cut.hasHappened
                    return hasEnded
                }
                rest -= piece.readableBytes
            }
            return false
        } catch {
            return false
        }
    }

    private func fail(_ error: ControlAPIError) -> ControlAPIError {
        failure = failure ?? error
        return error
    }
}
