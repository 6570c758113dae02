import ArgumentParser
import Daemon
import Model
import Ports

/// `caisson logs`: what a job has written.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what a job wrote: its stdout to stdout, its stderr to stderr.")

    enum Stream: String, ExpressibleByArgument, CaseIterable {
        case out, err, all
    }

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @Option(help: "Which of the two: out, err or all.") var stream = Stream.all
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await run(reader: try Instance.reader(try home.configuration()), output: .standard)
    }

    /// The command without its surroundings.
    func run(reader: any JobReader & BlobReader, output: Output) async throws {
        let job = try await reader.job(job)
        let attempt = try await reader.attempts(of: job.id).last
        if !job.state.isTerminal {
            output.error("caisson: job \(job.id) is \(job.state.rawValue): its output is kept at its end")
        }
        let dropped = JobEnd(job: job, attempt: attempt).dropped.filter {
            $0.stream.hasSuffix(stream.rawValue) || stream == .all
        }
        let (out, err) = (stream == .err ? nil : attempt?.stdout, stream == .out ? nil : attempt?.stderr)
        if form.form == .json {
            struct View: Encodable {
                let id, state: String
                /// Bytes that are no UTF-8 are replaced: without `-o json` they come as they are.
                let stdout, stderr: String?
                /// By stream; only of those that were cut.
                let droppedBytes: [String: Int]
            }
            func text(_ blob: BlobReference?) async throws -> String? {
                guard let blob else { return nil }
                var bytes: [UInt8] = []
                try await reader.pieces(of: blob) { bytes += $0 }
                return String(decoding: bytes, as: UTF8.self)
            }
            return try output.json(
                View(
                    id: "\(job.id)", state: job.state.rawValue, stdout: try await text(out),
                    stderr: try await text(err),
                    droppedBytes: Dictionary(
                        dropped.map { ($0.stream, $0.count) }, uniquingKeysWith: { first, _ in first })
                ))
        }
        for (blob, toError) in [(out, false), (err, true)] {
            guard let blob else { continue }
            try await reader.pieces(of: blob) { try output.bytes($0, toError: toError) }
            try output.endOfBytes(toError: toError)
        }
        for (stream, count) in dropped { output.error("caisson: \(stream): \(count) bytes were dropped") }
    }
}

extension BlobReader {
    /// Hands out a blob piece by piece.
    ///
    /// - Throws: ``StoreError/unavailable(path:reason:)`` at the end of one that is not as long as its row says: what is
    ///   missing must not look like output that never was.
    func pieces(of blob: BlobReference, _ body: ([UInt8]) throws -> Void) async throws {
        var offset: Int64 = 0
        while true {
            let piece = try await bytes(of: blob, from: offset, count: 256 << 10)
            if piece.isEmpty { break }
            try body(piece)
            offset += Int64(piece.count)
        }
        guard offset == blob.size.bytes else {
            throw StoreError.unavailable(
                path: "The blob \(blob.digest)", reason: "it has \(offset) bytes, but \(blob.size.bytes) were kept")
        }
    }
}
