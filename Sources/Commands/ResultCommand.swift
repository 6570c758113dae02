import ArgumentParser
import Daemon
import Foundation
import Model
import Ports

/// `caisson result`: the JSON that a job left in `result.json`.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "result", abstract: "Print the JSON result of a job.")

    @Argument(help: "A job's id, the beginning of one, or @latest.") var job: String
    @OptionGroup var form: FormOption
    @OptionGroup var home: HomeOption

    func run() async throws {
        try await run(reader: Instance.reader(try home.configuration()), output: .standard)
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
            return
        }
        struct View: Encodable {
            let id, state: String
            /// `null` if the file is not JSON; it is then printed as it is without `-o json`.
            let result: JSONValue?
        }
        let result = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))  // ignored: told by the job's state
        try output.json(View(id: "\(job.id)", state: job.state.rawValue, result: result))
    }
}

/// The job has no result to print.
struct NoResult: UserFacingError {
    let job: JobID
    let state: JobState
    var code: ErrorCode { .notFound }
    var message: String { "Job \(job) is \(state.rawValue) and has left no \(JobSpec.resultFile)." }
    var remedy: String? { "See `caisson logs \(job)` for what it wrote." }
}
