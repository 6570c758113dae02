import ControlWire
import Model
import Ports

/// Hands out what a job writes, while it writes.
protocol JobOutput: Sendable {
    /// Hands out one stream of one attempt, piece by piece, from its beginning until the attempt has ended; waits while there is no such
    /// attempt yet.
    ///
    /// - Parameter attempt: `nil` is the newest one there is.
    /// - Returns: the attempt's number, 0 if the job ended without one; `nil` if it ended without that one.
    func output(
        of job: JobID, _ stream: OutputStream, attempt: Int?, _ take: ([UInt8]) async throws -> Void
    ) async throws -> Int?
    /// Whether no attempt comes after this one.
    func isLast(_ attempt: Int, of job: JobID) async throws -> Bool
}

/// Hands out what a job has written so far.
protocol OutputSoFar: Sendable {
    /// Hands out what there is now of one stream of an attempt, piece by piece, and waits for nothing.
    func outputNow(
        of job: JobID, _ stream: OutputStream, attempt: Int, _ take: ([UInt8]) async throws -> Void
    ) async throws
}

/// Passes one stream of a job on while it runs, byte for byte.
///
/// An attempt that went down with its engine is followed by another one: what was passed on of the first is not passed on again, if the
/// second has written the same.
struct OutputFollower {
    let printer: OutputPrinter
    let stream: OutputStream
    /// Whether it is over when nobody takes the stream any more, in place of reading it to its end.
    var endsWhenBroken = false
    /// The attempt that is passed on, and its bytes so far.
    private var offset = Int64(0)
    private var digest = PrefixDigest()
    /// The bytes that were passed on, of this attempt or of an earlier one.
    private var passed = Int64(0)
    private var passedDigest = PrefixDigest()
    /// Whether nobody takes this stream any more; the other one may well be read on.
    private var isBroken = false
    private var isUnlike = false

    init(_ stream: OutputStream, printer: OutputPrinter) { (self.stream, self.printer) = (stream, printer) }

    /// Why what was passed on is not what the job wrote, if it is not; to be asked when the job has ended.
    var flaw: OutputError? {
        guard isUnlike || offset < passed else { return nil }
        return .begunAnew(stream: stream == .stderr ? "standard error" : "standard output")
    }

    /// Passes on until the job has ended; called again after an error, it goes on where it was.
    ///
    /// - Parameter first: the attempt to begin with; `nil` is the newest one.
    /// - Throws: ``ReaderHasEnded`` if ``endsWhenBroken`` says so, beside what the daemon's end throws.
    mutating func follow(_ job: JobID, from daemon: any JobOutput, first: Int? = 1) async throws {
        var wanted = first
        while true {
            (offset, digest) = (0, PrefixDigest())
            let attempt = try await pass(wanted, of: job, from: daemon)
            guard let attempt, attempt > 0 else { return }
            if try await daemon.isLast(attempt, of: job) { return }
            wanted = attempt + 1
        }
    }

    /// What was passed on counts, whatever comes of it.
    private mutating func pass(_ attempt: Int?, of job: JobID, from daemon: any JobOutput) async throws -> Int? {
        var follower = self
        defer { self = follower }
        return try await daemon.output(of: job, stream, attempt: attempt) {
            await follower.take($0)
            if follower.isBroken, follower.endsWhenBroken { throw ReaderHasEnded() }
        }
    }

    private mutating func take(_ piece: [UInt8]) async {
        var rest = piece[...]
        if offset < passed {
            let again = rest.prefix(Int(min(passed - offset, Int64(rest.count))))
            digest.add(again)
            (offset, rest) = (offset + Int64(again.count), rest.dropFirst(again.count))
            if offset == passed { isUnlike = digest != passedDigest }
        }
        guard !rest.isEmpty, !isUnlike else { return }
        offset += Int64(rest.count)
        digest.add(rest)
        (passed, passedDigest) = (offset, digest)
        guard !isBroken else { return }
        isBroken = await printer.pass(Array(rest), toError: stream == .stderr) != .taken
    }
}

/// Tells whether the beginnings of two streams are the same.
///
/// It finds what came out differently by chance; a job that lies to its own reader gains nothing.
///
/// - Source: FNV-1a, 64 bit (draft-eastlake-fnv).
private struct PrefixDigest: Equatable {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
