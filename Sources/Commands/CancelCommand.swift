import ArgumentParser
import Model
import Ports

/// `caisson cancel`: ends jobs that have not ended.
struct CancelCommand: BulkCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End jobs that have not ended, running or not.",
        discussion: """
            A graph is cancelled with all of its jobs. A job that is cancelled already is no error; one that has ended otherwise is (4). \
            Examples: `caisson cancel @latest`, `caisson cancel --filter state=open,queue=gpu --yes`.
            """)

    @OptionGroup var targets: JobTargets
    @Flag(help: "Everything under the jobs, too: of fan-outs, and of jobs that added others.") var tree = false
    @Option(
        help: ArgumentHelp("Between TERM and KILL: 0s ... 10m; else as each job's limits say.", valueName: "duration"))
    var grace: String?
    @Option(help: ArgumentHelp("Why: it stands in the events.", valueName: "text")) var reason = ""
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws { _ = try graceTime() }

    func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
        let grace = try graceTime()
        let act = BulkAct(verb: "Cancel", done: "cancelled", targets: targets, form: form.form, output: output)
        return try await act.run(reader: daemon, now: now, isFitting: { !$0.state.isTerminal }) { job in
            let isTree = tree || job.kind == .graph
            let receipt = try await daemon.cancel(job.id, isTree: isTree, reason: reason, grace: grace)
            if !receipt.live.isEmpty, form.form == .table {
                let count = receipt.live.count
                output.error("caisson: \(count) job\(count == 1 ? " runs, and is" : "s run, and are") being ended")
            }
            return nil
        }
    }

    private func graceTime() throws -> Duration? {
        guard let grace else { return nil }
        do throws(ModelError) {
            return .milliseconds(try LimitField.grace.amount(text: grace, field: "--grace"))
        } catch {
            throw ValidationError(error.message)
        }
    }
}
