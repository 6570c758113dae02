import ArgumentParser
import Daemon
import Model
import Ports
import Scheduler

/// `caisson result`: the JSON that a job left in `result.json`.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "result", abstract: "Print the JSON result of a job.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws { try await home.look { reader, _ in try await run(reader: reader, output: .standard) } }

    /// The command without its surroundings.
    func run(reader: any JobReader & BlobReader, output: Output) async throws {
        let job = try await reader.summary(job)
        switch job.kind {
        case .job: break
        case .map: return try await printResults(of: job, reader, output)
        case .graph, .approval: throw NoResult(job: job)
        }
        guard let bytes = try await Self.result(of: job.id, reader) else { throw NoResult(job: job) }
        guard form.form == .json else {
            try output.bytes(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")], toError: false)
            return try output.endOfBytes(toError: false)
        }
        // Put in as it is: numbers, order and depth are the job's own. One that is not JSON is printed without `-o json` only.
        try output.bytes(Array(Self.head(job).utf8) + Self.json(bytes) + Array(Self.tail(job).utf8), toError: false)
    }

    /// Of a fan-out, the results of its jobs as one list, in the order of the members they were made for.
    private func printResults(of job: JobSummary, _ reader: any JobReader & BlobReader, _ output: Output) async throws {
        let children = try await reader.tree(job.root, limit: Submission.mostNodes).filter { $0.parent == job.id }
        if !job.state.isTerminal {
            output.error("caisson: \(job.id) is \(job.state.rawValue): results that are not there yet are null")
        }
        func pass() async throws {
            try output.bytes(Array("[".utf8), toError: false)
            for (index, child) in children.enumerated() {
                let bytes = try await Self.result(of: child.id, reader).map(Self.json) ?? Array("null".utf8)
                try output.bytes((index == 0 ? [] : Array(",\n".utf8)) + bytes, toError: false)
            }
            try output.bytes(Array("]".utf8), toError: false)
        }
        guard form.form == .json else {
            try await pass()
            try output.bytes([UInt8(ascii: "\n")], toError: false)
            return try output.endOfBytes(toError: false)
        }
        try output.bytes(Array(Self.head(job).utf8), toError: false)
        try await pass()
        try output.bytes(Array(Self.tail(job).utf8), toError: false)
    }

    private static func head(_ job: JobSummary) -> String { "{\n  \"id\" : \"\(job.id)\",\n  \"result\" : " }
    private static func tail(_ job: JobSummary) -> String { ",\n  \"state\" : \"\(job.state.rawValue)\"\n}\n" }

    /// What the newest attempt left; at most as long as the job's limit says.
    private static func result(of job: JobID, _ reader: any JobReader & BlobReader) async throws -> [UInt8]? {
        guard let blob = try await reader.attempts(of: job).last?.result else { return nil }
        var bytes: [UInt8] = []
        try await reader.pieces(of: blob) { bytes += $0 }
        return bytes
    }

    /// The same, or `null` for what is no JSON.
    private static func json(_ bytes: [UInt8]) -> [UInt8] {
        let isJSON = (try? JSONSyntax.check(bytes)) != nil  // ignored: told by the job's state
        return isJSON ? bytes : Array("null".utf8)
    }
}

/// The job has no result to print.
struct NoResult: UserFacingError {
    let job: JobSummary
    var code: ErrorCode { .notFound }
    var message: String {
        switch job.kind {
        case .job, .map: "Of job \(job.id), which is \(job.state.rawValue), no \(JobSpec.resultFile) was kept."
        case .graph: "\(job.id) is a graph: its jobs have results, it has none itself."
        case .approval: "\(job.id) is an approval: it runs nothing, and leaves no result."
        }
    }
    var remedy: String? {
        switch job.kind {
        case .job, .map: "See `caisson show \(job.id)` for how it ended, `caisson logs \(job.id)` for what it wrote."
        case .graph: "See `caisson tree \(job.id)` for its jobs, and give the id of the one that is meant."
        case .approval: "See `caisson show \(job.id)` for what was decided."
        }
    }
}
