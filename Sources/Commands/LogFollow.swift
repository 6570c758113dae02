import ControlWire
import Model
import Ports

/// `caisson logs -f`: passes on what a job writes until it has ended, whatever becomes of the daemon meanwhile.
struct LogFollow {
    let job: JobSummary
    let streams: [OutputStream]
    /// The attempt to begin with; `nil` is the newest one, or the first that comes.
    let first: Int?
    let daemon: any JobOutput & JobReader
    let reconnection: Reconnection
    let output: Output

    /// - Throws: ``OutputError`` if what was printed is not what the job wrote, or could not be; ``ReaderHasEnded`` as soon as nobody
    ///   reads one of the streams any more; ``StoreError/notFound(_:)`` if there was no such attempt.
    func run() async throws {
        let printer = OutputPrinter(output)
        if !job.state.isTerminal, job.attempts == 0 {
            output.error("caisson: job \(job.id) is \(job.state.rawValue): waiting for what it writes")
        }
        let flaws: [OutputError]
        do {
            flaws = try await withThrowingTaskGroup(of: OutputError?.self) { group in
                for stream in streams { group.addTask { try await passOn(stream, printer) } }
                return try await group.reduce(into: []) { flaws, flaw in if let flaw { flaws.append(flaw) } }
            }
        } catch is ReaderHasEnded {
            throw printer.refusal ?? ReaderHasEnded() as any Error
        }
        for stream in streams { try output.endOfBytes(toError: stream == .stderr) }
        let attempts = try await reconnection.call { try await daemon.attempts(of: job.id) }
        if let first, !attempts.contains(where: { $0.id.number == first }) {
            throw StoreError.notFound("attempt \(first) of job \(job.id)")
        }
        if let flaw = flaws.first { throw flaw }
        let ended = try await reconnection.call { try await daemon.job("\(job.id)") }
        let names = Set(streams.map(\.rawValue))
        for (stream, count) in JobEnd(job: ended, attempt: attempts.last).dropped where names.contains(stream) {
            output.error("caisson: \(stream): \(count) bytes were dropped")
        }
    }

    private func passOn(_ stream: OutputStream, _ printer: OutputPrinter) async throws -> OutputError? {
        var follower = OutputFollower(stream, printer: printer)
        follower.endsWhenBroken = true
        var isDone = false
        while !isDone {
            try await reconnection.call {
                try await follower.follow(job.id, from: daemon, first: first)
                isDone = true
            }
        }
        return follower.flaw
    }
}
