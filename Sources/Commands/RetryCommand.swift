import ArgumentParser
import Model
import Ports

/// `caisson retry`: makes jobs again that have ended without success.
struct RetryCommand: BulkCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run jobs again that have failed, as new jobs.",
        discussion: """
            What was skipped because of a job is made again with it. What has ended stays as it is: the new job tells which one it \
            was made from. Prints the old id and the new one. Examples: `caisson retry @latest`, `caisson retry --filter \
            state=failed,since=1h`.
            """)

    @OptionGroup var targets: JobTargets
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
        let act = BulkAct(verb: "Run", done: "retried", targets: targets, form: form.form, output: output)
        return try await act.run(reader: daemon, now: now, isFitting: Self.isFitting) { job in
            try await daemon.retry(job.id)
        }
    }

    /// A skipped one is made again with what it was skipped for.
    static func isFitting(_ job: JobSummary) -> Bool {
        job.kind == .job && job.state.isTerminal && ![.succeeded, .skipped].contains(job.state)
    }
}
