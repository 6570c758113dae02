import ArgumentParser
import Daemon
import Model
import Ports
import Scheduler

/// `caisson result`: the JSON that a job left in `result.json`.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result", abstract: "Print the JSON result of a job, or those of a graph's jobs by their names.",
        discussion: """
            Of a fan-out it is a list, in the order of its members. A job that left no result, or none yet, has null there. Example: \
            `caisson result @latest`.
            """)

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws { try await home.look { reader, _ in try await run(reader: reader, output: .standard) } }

    /// The command without its surroundings.
    func run(reader: any JobReader & BlobReader, output: Output) async throws {
        let job = try await reader.summary(job)
        switch job.kind {
        case .job: break
        case .map, .graph: return try await printResults(of: job, reader, output)
        case .approval: throw NoResult(job: job)
        }
        guard let bytes = try await Self.result(of: job.id, reader) else { throw NoResult(job: job) }
        guard form.form == .json else {
            try output.bytes(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")], toError: false)
            return try output.endOfBytes(toError: false)
        }
        // Put in as it is: numbers, order and depth are the job's own. One that is not JSON is printed without `-o json` only.
        try output.bytes(Array(Self.head(job).utf8) + Self.json(bytes) + Array(Self.tail(job).utf8), toError: false)
    }

    /// Of a graph, the results of its jobs by their names; of a fan-out, those of its jobs as a list, in the order of its members.
    private func printResults(of job: JobSummary, _ reader: any JobReader & BlobReader, _ output: Output) async throws {
        let tree = try await reader.tree(job.root, limit: Submission.mostNodes)
        if !job.state.isTerminal {
            output.error("caisson: \(job.id) is \(job.state.rawValue): results that are not there yet are null")
        }
        let isTable = form.form == .table
        try output.bytes(isTable ? [] : Array(Self.head(job).utf8), toError: false)
        try await put(resultsOf: job, in: Dictionary(grouping: tree) { $0.parent ?? $0.id }, reader, output)
        try output.bytes(isTable ? [UInt8(ascii: "\n")] : Array(Self.tail(job).utf8), toError: false)
        try output.endOfBytes(toError: false)
    }

    private func put(
        resultsOf group: JobSummary, in children: [JobID: [JobSummary]], _ reader: any JobReader & BlobReader,
        _ output: Output
    ) async throws {
        // An approval runs nothing, so there is nothing to look for.
        let members = (children[group.id] ?? []).filter { $0.id != group.id && $0.kind != .approval }
        let (open, close) = group.kind == .graph ? ("{", "}") : ("[", "]")
        for (index, member) in members.enumerated() {
            let name = group.kind == .graph ? "\"\(member.name ?? "\(member.id)")\": " : ""
            try output.bytes(Array("\(index == 0 ? open : ",\n")\(name)".utf8), toError: false)
            if member.kind == .map, children[member.id] != nil || member.state == .succeeded {
                try await put(resultsOf: member, in: children, reader, output)
            } else {
                let bytes = try await Self.result(of: member.id, reader).map(Self.json) ?? Array("null".utf8)
                try output.bytes(Array(bytes.reversed().drop(while: Self.isBlank).reversed()), toError: false)
            }
        }
        try output.bytes(Array((members.isEmpty ? open + close : close).utf8), toError: false)
    }

    /// A space, a tab or a line break of JSON.
    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

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
        case .job, .map, .graph: "Of job \(job.id), which is \(job.state.rawValue), no \(JobSpec.resultFile) was kept."
        case .approval: "\(job.id) is an approval: it runs nothing, and leaves no result."
        }
    }
    var remedy: String? {
        switch job.kind {
        case .job, .map, .graph:
            "See `caisson show \(job.id)` for how it ended, `caisson logs \(job.id)` for what it wrote."
        case .approval: "See `caisson show \(job.id)` for what was decided."
        }
    }
}
