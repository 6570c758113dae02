import ArgumentParser
import CellWire
import ControlWire
import Foundation
import Model
import Ports

/// `caisson wait`: waits until jobs have ended, however they end.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until jobs have ended, and end with a status that tells how.",
        discussion: """
            Exit status: 0 all succeeded; 1 one failed, timed out, ran out of memory or was skipped; 5 denied; 7 the time is over and \
            they go on; 8 cancelled; 9 errored. Examples: `caisson wait @latest --timeout 5m`, `caisson wait k3v9 \
            --exit-code-from-job`.
            """)

    @Argument(help: "Jobs' ids, the beginnings of some, or @latest.") var jobs: [String]
    @OptionGroup var timeout: TimeoutOption
    @Flag(help: "Wait for the first of them only.") var any = false
    @Flag(help: "End with the command's own exit status, or 128 and its signal.") var exitCodeFromJob = false
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        if exitCodeFromJob, jobs.count > 1 { throw ValidationError("--exit-code-from-job goes with one job.") }
    }

    func run() async throws {
        let end = try await home.daemon { try await run(daemon: $0, output: .standard) }
        end.end()
    }

    /// The command without its surroundings.
    func run(daemon: any JobsControl & JobReader, output: Output) async throws -> CommandEnd {
        var ids: [JobID] = []
        for name in jobs {
            let id = try await daemon.summary(name).id
            if !ids.contains(id) { ids.append(id) }
        }
        let ended = try await wait(for: ids, limit: try timeout.limit, daemon: daemon)
        try tell(ended, output)
        return try await end(ended, daemon: daemon)
    }

    /// The jobs as they were found at the end; with ``any``, that one alone which ended first.
    private func wait(for ids: [JobID], limit: Duration, daemon: any JobsControl) async throws -> [JobSummary] {
        try await withThrowingTaskGroup(of: JobSummary.self) { group in
            for id in ids { group.addTask { try await daemon.wait(for: id, limit: limit) } }
            var ended: [JobSummary] = []
            for try await job in group {
                ended.append(job)
                guard any, job.state.isTerminal else { continue }
                group.cancelAll()
                return [job]
            }
            return ids.compactMap { id in ended.first { $0.id == id } }
        }
    }

    private func tell(_ jobs: [JobSummary], _ output: Output) throws {
        guard form.form == .table else { return try output.json(jobs.map { JobView($0) }) }
        for job in jobs {
            let message = job.message.map { "\t\(TextTable.oneLine($0, width: TextTable.sentence))" } ?? ""
            try output.line("\(job.id)\t\(job.state.rawValue)\(message)")
        }
    }

    private func end(_ jobs: [JobSummary], daemon: any JobReader) async throws -> CommandEnd {
        guard jobs.allSatisfy(\.state.isTerminal) else { return .status(.waitTimedOut) }
        if exitCodeFromJob, let job = jobs.first, job.kind == .job {
            let record = try await daemon.attempts(of: job.id).last?.record
            if let signal = record?.signal { return .code(Int32(128 + signal)) }
            if let code = record?.exitCode { return .code(Int32(code)) }
        }
        let statuses = jobs.map { ExitStatus($0.state) }
        return .status(statuses.first { $0 != .ok } ?? .ok)
    }
}

/// What the program ends with.
enum CommandEnd: Equatable {
    case status(ExitStatus)
    /// That of a job's own command.
    case code(Int32)

    func end() -> Never {
        switch self {
        case .status(let status): status.end()
        case .code(let code): exit(code)
        }
    }
}
