import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports
import Scheduler

/// `caisson logs`: what a job has written.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what a job wrote: its stdout to stdout, its stderr to stderr.",
        discussion: """
            Of a job that runs, what there is so far. With -f a job that waits is waited for, and its output is passed on until it has \
            ended. Examples: `caisson logs @latest`, `caisson logs -f --stream err k3v9`.
            """)

    enum Stream: String, ExpressibleByArgument, CaseIterable {
        case out, err, all

        var streams: [OutputStream] {
            switch self {
            case .out: [.stdout]
            case .err: [.stderr]
            case .all: [.stdout, .stderr]
            }
        }
    }

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Option(help: "Which of the two: out, err or all.") var stream = Stream.all
    @Flag(name: [.customShort("f"), .customLong("follow")], help: "Go on until the job has ended.") var follow = false
    @Option(help: ArgumentHelp("Which attempt; else the newest one.", valueName: "number")) var attempt: Int?
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        if follow, form.form == .json {
            throw ValidationError("-f passes the output on as it comes: it does not go with -o json.")
        }
        if let attempt, attempt < 1 { throw ValidationError("--attempt is \(attempt), but must be 1 or more.") }
    }

    func run() async throws {
        guard follow else {
            return try await home.look { reader, _ in try await run(reader: reader, output: .standard) }
        }
        let reconnection = Reconnection(reconnect: try home.reconnection)
        try await home.daemon { daemon in
            try await LogFollow(
                job: try await Self.summary(job, daemon), streams: stream.streams, first: attempt, daemon: daemon,
                reconnection: reconnection, output: .standard
            ).run()
        }
    }

    /// The job, which has to be one that writes.
    static func summary(_ reference: String, _ reader: any JobReader) async throws -> JobSummary {
        let job = try await reader.summary(reference)
        guard job.kind == .job else { throw StoreError.runsNothing(id: "\(job.id)", kind: job.kind) }
        return job
    }

    /// The command without its surroundings.
    func run(reader: any JobReader & BlobReader, output: Output) async throws {
        let job = try await reader.job("\(try await Self.summary(job, reader).id)")
        let attempt = try await chosen(of: job, reader)
        let source = LogSource(job: job, attempt: attempt, reader: reader)
        if !job.state.isTerminal {
            let words = source.isGrowing ? "this is what it wrote so far" : "its output is kept at its end"
            output.error("caisson: job \(job.id) is \(job.state.rawValue): \(words)")
        }
        let dropped = JobEnd(job: job, attempt: attempt).dropped.filter {
            $0.stream.hasSuffix(stream.rawValue) || stream == .all
        }
        guard form.form == .table else { return try await printJSON(source, dropped, output) }
        for stream in stream.streams {
            try await source.pass(stream) { try output.bytes($0, toError: stream == .stderr) }
            try output.endOfBytes(toError: stream == .stderr)
        }
        for (stream, count) in dropped { output.error("caisson: \(stream): \(count) bytes were dropped") }
    }

    private func chosen(of job: JobRecord, _ reader: any JobReader) async throws -> AttemptRecord? {
        let attempts = try await reader.attempts(of: job.id)
        guard let attempt else { return attempts.last }
        guard let found = attempts.first(where: { $0.id.number == attempt }) else {
            throw StoreError.notFound("attempt \(attempt) of job \(job.id)")
        }
        return found
    }

    private func printJSON(
        _ source: LogSource, _ dropped: [(stream: String, count: Int)], _ output: Output
    ) async throws {
        struct View: Encodable {
            let id, state: String
            /// 0 if there was none.
            let attempt: Int
            /// Bytes that are no UTF-8 are replaced: without `-o json` they come as they are.
            let stdout, stderr: String?
            /// By stream; only of those that were cut.
            let droppedBytes: [String: Int]
        }
        func text(_ wanted: OutputStream) async throws -> String? {
            guard stream.streams.contains(wanted) else { return nil }
            var bytes: [UInt8]?
            try await source.pass(wanted) { bytes = (bytes ?? []) + $0 }
            return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
        try output.json(
            View(
                id: "\(source.job.id)", state: source.job.state.rawValue, attempt: source.attempt?.id.number ?? 0,
                stdout: try await text(.stdout), stderr: try await text(.stderr),
                droppedBytes: Dictionary(
                    dropped.map { ($0.stream, $0.count) }, uniquingKeysWith: { first, _ in first })))
    }
}

/// Where the output of an attempt is.
struct LogSource {
    let job: JobRecord
    let attempt: AttemptRecord?
    let reader: any JobReader & BlobReader

    /// Whether it is still being written, and there is a daemon to ask for it.
    var isGrowing: Bool { soFar != nil }

    private var soFar: (daemon: any OutputSoFar, attempt: AttemptID)? {
        guard let attempt, attempt.outcome == nil, attempt.stdout == nil, attempt.stderr == nil, !job.state.isTerminal,
            let daemon = reader as? any OutputSoFar
        else { return nil }
        return (daemon, attempt.id)
    }

    /// Hands out what there is of one stream, piece by piece.
    func pass(_ stream: OutputStream, _ take: ([UInt8]) throws -> Void) async throws {
        if let soFar {
            return try await soFar.daemon.outputNow(of: job.id, stream, attempt: soFar.attempt.number, take)
        }
        guard let blob = stream == .stdout ? attempt?.stdout : attempt?.stderr else { return }
        try await reader.pieces(of: blob, take)
    }
}
