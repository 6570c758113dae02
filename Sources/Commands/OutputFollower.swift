import Foundation
import Model
import Ports
import Synchronization

/// Passes a job's stdout and stderr on while it runs, byte for byte, from the spools.
///
/// A terminal or a pipe that takes nothing holds up this alone, never the reader of the sandbox's stream.
actor OutputFollower {
    private struct Followed {
        let spool: any Spool
        let toError: Bool
        var offset: Int64 = 0
        /// Whether nobody takes this stream any more; the other one may well be read on.
        var isBroken = false
        /// How much was passed on, of this attempt or of an earlier one.
        var passed: Int64 = 0
        /// The earlier attempt's, as long as this one has not written again what was passed on of that.
        var earlier: (any Spool)?
    }

    private static let pieceSize = 256 << 10
    private let output: Output
    /// Writes may wait for whoever reads our output: they have a thread of their own.
    private let queue = DispatchQueue(label: "caisson.output")
    private var followed: [Followed] = []
    /// Spools of attempts that were given up: kept open to compare with.
    private var replaced: [any Spool] = []
    /// Whose output it is.
    private(set) var job: JobID?
    private nonisolated let wakeUps: AsyncStream<Void>
    private nonisolated let continuation: AsyncStream<Void>.Continuation
    /// The one write that is under way, to be resumed by whoever takes it from here: the write itself, or lost patience.
    private nonisolated let pending = Pending()
    /// Why our output took no more, if it did not and somebody still wants it.
    nonisolated var refusal: OutputError? { refused.withLock { $0 } }
    private nonisolated let refused = Mutex<OutputError?>(nil)
    private var isDraining = false
    private var waitingForDrain: [CheckedContinuation<Void, Never>] = []

    init(output: Output) {
        self.output = output
        (wakeUps, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func follow(_ job: JobID) { self.job = job }

    nonisolated func wakeUp() { continuation.yield() }

    /// Passes on what comes into `spool`.
    ///
    /// The spool of a later attempt takes the place of the earlier one's: what was passed on of that is not passed on again.
    func follow(_ spool: any Spool, toError: Bool) {
        guard let index = followed.firstIndex(where: { $0.toError == toError }) else {
            return followed.append(Followed(spool: spool, toError: toError))
        }
        let last = followed[index]
        replaced.append(last.spool)
        followed[index] = Followed(
            spool: spool, toError: toError, isBroken: last.isBroken, passed: last.passed,
            earlier: last.earlier ?? last.spool)
    }

    /// Why what was passed on is not what the job wrote, if it is not; to be asked when the job has ended.
    var flaw: OutputError? {
        if let refusal { return refusal }
        let unlike = followed.first { $0.earlier != nil && $0.offset < $0.passed }
        return unlike.map { .begunAnew(stream: $0.toError ? "standard error" : "standard output") }
    }

    /// Passes on until ``end()``.
    func run() async {
        for await _ in wakeUps { await drain() }
    }

    nonisolated func end() { continuation.finish() }

    /// Closes the spools, when no further attempt can come.
    func close() async {
        await drain()
        // ignored: whoever could not be written to has been told of
        for toError in [false, true] { try? output.endOfBytes(toError: toError) }
        for spool in replaced + followed.map(\.spool) { await spool.close() }
        (replaced, followed) = ([], [])
    }

    /// Passes on everything that is in the spools now.
    func drain() async {
        // Two at once would give the same bytes twice: the later one waits for the earlier, and then looks again.
        while isDraining { await withCheckedContinuation { waitingForDrain.append($0) } }
        isDraining = true
        defer {
            isDraining = false
            for waiting in waitingForDrain { waiting.resume() }
            waitingForDrain = []
        }
        for index in followed.indices {
            while !followed[index].isBroken {
                let stream = followed[index]
                let isAgain = stream.earlier != nil && stream.offset < stream.passed
                let count = isAgain ? min(Self.pieceSize, Int(stream.passed - stream.offset)) : Self.pieceSize
                let piece = try? await stream.spool.read(from: stream.offset, count: count)  // ignored: closed
                guard let piece, !piece.isEmpty else { break }
                if isAgain {
                    // ignored: what cannot be compared is not the same
                    guard let same = try? await stream.earlier?.read(from: stream.offset, count: piece.count),
                        same == piece
                    else { break }
                    followed[index].offset += Int64(piece.count)
                    continue
                }
                followed[index].offset += Int64(piece.count)
                followed[index].passed = followed[index].offset
                switch await pass(piece, toError: stream.toError) {
                case .taken: break
                case .refused: followed[index].isBroken = true
                // The thread of the writes hangs in this one: nothing more can be handed to it.
                case .stuck: for other in followed.indices { followed[other].isBroken = true }
                }
            }
        }
    }

    /// Stops passing on if a write that was under way at the last call still is.
    ///
    /// Whoever reads our output has then stopped reading; what is not passed on is kept all the same.
    nonisolated func dropStuckWrite() {
        let stuck = pending.withLock { pending in
            guard pending?.isSuspect == true else {
                pending?.isSuspect = true
                return nil as PendingWrite?
            }
            return pending.take()
        }
        stuck?.continuation.resume(returning: .stuck)
    }

    private func pass(_ bytes: [UInt8], toError: Bool) async -> PendingWrite.End {
        await withCheckedContinuation { continuation in
            pending.withLock { $0 = PendingWrite(continuation: continuation) }
            queue.async { [self] in
                // When it throws, nobody reads our output any more, or it cannot be written: the job goes on.
                var end = PendingWrite.End.taken
                do {
                    try output.bytes(bytes, toError: toError)
                } catch {
                    end = .refused
                    if let error = error as? OutputError { refused.withLock { $0 = error } }
                }
                pending.withLock { $0.take() }?.continuation.resume(returning: end)
            }
        }
    }
}

/// The write that is under way, if there is one.
private final class Pending: Sendable {
    private let write = Mutex<PendingWrite?>(nil)

    func withLock<Value: Sendable>(_ body: (inout PendingWrite?) -> Value) -> Value { write.withLock { body(&$0) } }
}

/// A write that has been handed over and not yet been taken.
private struct PendingWrite: Sendable {
    /// How it ended.
    enum End: Sendable {
        case taken, refused
        /// It has not ended, and is no longer waited for.
        case stuck
    }

    let continuation: CheckedContinuation<End, Never>
    /// Whether it was under way already when somebody last asked.
    var isSuspect = false
}
