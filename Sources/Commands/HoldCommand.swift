import ArgumentParser
import Model
import Ports

/// `caisson hold`: keeps jobs from being begun.
struct HoldCommand: BulkCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keep jobs from being begun until they are released.",
        discussion:
            "What runs goes on. Of a graph, all of its jobs are held. Example: `caisson hold @latest --reason \"disk full\"`."
    )

    @OptionGroup var targets: JobTargets
    @Option(help: ArgumentHelp("Why: it is shown beside the job.", valueName: "text")) var reason = ""
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
        let act = BulkAct(verb: "Hold", done: "held", targets: targets, form: form.form, output: output)
        return try await act.run(
            reader: daemon, now: now, isFitting: { !$0.state.isTerminal && !$0.state.isLive && $0.hold == nil }
        ) { job in
            try await daemon.hold(job.id, reason: reason)
            return nil
        }
    }
}

/// `caisson release`: lets held jobs go.
struct ReleaseCommand: BulkCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Let jobs go that are held.",
        discussion: "Examples: `caisson release @latest`, `caisson release --filter held=true`.")

    @OptionGroup var targets: JobTargets
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
        let act = BulkAct(verb: "Release", done: "released", targets: targets, form: form.form, output: output)
        return try await act.run(reader: daemon, now: now, isFitting: { $0.hold != nil }) { job in
            try await daemon.release(job.id)
            return nil
        }
    }
}
