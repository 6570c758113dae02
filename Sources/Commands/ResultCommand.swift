import ArgumentParser
import Daemon
import Model
import Ports

/// `caisson result`: the JSON that a job left in `result.json`.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "result", abstract: "Print the JSON result of a job.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await run(reader: try Instance.reader(try home.configuration()), output: .standard)
    }

    /// The command without its surroundings.
    func run(reader: any JobReader & BlobReader, output: Output) async throws {
        let job = try await reader.job(job)
        guard let blob = try await reader.attempts(of: job.id).last?.result else {
            throw NoResult(job: job.id, state: job.state)
        }
        var bytes: [UInt8] = []
        try await reader.pieces(of: blob) { bytes += $0 }
        guard form.form == .json else {
            try output.bytes(bytes.last == UInt8(ascii: "\n") ? bytes : bytes + [UInt8(ascii: "\n")], toError: false)
            return try output.endOfBytes(toError: false)
        }
        // Put in as it is: numbers, order and depth are the job's own. One that is not JSON is printed without `-o json` only.
        let isJSON = (try? JSONSyntax.check(bytes)) != nil  // ignored: told by the job's state
        let head = "{\n  \"id\" : \"\(job.id)\",\n  \"result\" : "
        let tail = ",\n  \"state\" : \"\(job.state.rawValue)\"\n}\n"
        try output.bytes(Array(head.utf8) + (isJSON ? bytes : Array("null".utf8)) + Array(tail.utf8), toError: false)
    }
}

/// The job has no result to print.
struct NoResult: UserFacingError {
    let job: JobID
    let state: JobState
    var code: ErrorCode { .notFound }
    var message: String { "Of job \(job), which is \(state.rawValue), no \(JobSpec.resultFile) was kept." }
    var remedy: String? { "See `caisson show \(job)` for how it ended, `caisson logs \(job)` for what it wrote." }
}
