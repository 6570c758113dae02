import CellWire
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
        /// What was passed on, of this attempt or of an earlier one: the next one has to begin with the same.
        var passed = Extent()
        /// What of it this attempt has written again.
        var repeated: Extent?
    }

    /// So many bytes, and their checksum.
    private struct Extent {
        var count: Int64 = 0
        var checksum = CRC32C()

        mutating func add(_ bytes: [UInt8]) {
            count += Int64(bytes.count)
            checksum.update(bytes)
        }
    }

    private static let pieceSize = 256 << 10
    private let output: Output
    /// Writes may wait for whoever reads our output: they have a thread of their own.
    private let queue = DispatchQueue(label: "caisson.output")
    private var followed: [Followed] = []
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
        let earlier = followed[index]
        followed[index] = Followed(
            spool: spool, toError: toError, isBroken: earlier.isBroken, passed: earlier.passed, repeated: Extent())
    }

    /// Why what was passed on is not what the job wrote, if it is not; to be asked when the job has ended.
    var flaw: OutputError? {
        if let refusal { return refusal }
        let unlike = followed.first { $0.repeated != nil }
        return unlike.map { .begunAnew(stream: $0.toError ? "standard error" : "standard output") }
    }

    /// Passes on until ``end()``.
    func run() async {
        for await _ in wakeUps { await drain() }
    }

    nonisolated func end() { continuation.finish() }

    /// Passes on the rest and closes the spools.
    func finish() async {
        await drain()
        for stream in followed { await stream.spool.close() }
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
                guard repeats(index) else { break }
                let stream = followed[index]
                let rest = stream.repeated.map { Int(clamping: stream.passed.count - $0.count) } ?? Self.pieceSize
                let piece = try? await stream.spool.read(  // ignored: closed
                    from: stream.offset, count: min(rest, Self.pieceSize))
                guard let piece, !piece.isEmpty else { break }
                followed[index].offset += Int64(piece.count)
                guard stream.repeated == nil else {
                    followed[index].repeated?.add(piece)
                    continue
                }
                followed[index].passed.add(piece)
                switch await pass(piece, toError: stream.toError) {
                case .taken: break
                case .refused: followed[index].isBroken = true
                // The thread of the writes hangs in this one: nothing more can be handed to it.
                case .stuck: for other in followed.indices { followed[other].isBroken = true }
                }
            }
        }
    }

    /// False if this attempt has written something else than what was passed on of an earlier one.
    private func repeats(_ index: Int) -> Bool {
        guard let repeated = followed[index].repeated, repeated.count == followed[index].passed.count else {
            return true
        }
        guard repeated.checksum.value == followed[index].passed.checksum.value else { return false }
        followed[index].repeated = nil
        return true
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
