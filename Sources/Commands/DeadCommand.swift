import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports

/// `caisson dead`: jobs that need a person.
struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Look after jobs that need a person: their attempts are used up, or nobody knows what they did.",
        subcommands: [List.self, Show.self] + acting)

    /// `caisson dead list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the jobs that need a person, the newest first.",
            discussion: "Example: `caisson dead list`.")
        @Option(help: ArgumentHelp("At most so many jobs: 1 ... 10000.", valueName: "count")) var limit = 50
        @Option(help: ArgumentHelp("Go on behind this mark, as the last page told it.", valueName: "mark")) var after:
            Int64?
        @OptionGroup var form: ListFormOption
        @OptionGroup var home: PlaceOptions

        func validate() throws {
            try (1...10_000).check(limit, as: "--limit")
        }

        func run() async throws {
            try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
        }

        /// The command without its surroundings.
        func run(reader: any JobReader, now: WallTime, output: Output) async throws {
            var filter = JobFilter()
            filter.needsAttention = true
            let page = try await reader.jobs(filter, limit: limit, before: after)
            try JobListing(page.jobs, now: now).print(form.form, next: page.next, output: output)
        }
    }

    /// `caisson dead show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show why a job needs a person, and what can be done.",
            discussion: "Example: `caisson dead show k3v9`.")
        @Argument(help: "A job's id, or the beginning of one.") var job: String
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run() async throws {
            try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
        }

        /// The command without its surroundings.
        func run(reader: any JobReader, now: WallTime, output: Output) async throws {
            let job = try await reader.summary(job)
            guard job.attention != nil else { throw NotDead(id: job.id, state: job.state) }
            guard form.form == .table else { return try output.json(JobView(job)) }
            for row in JobHead.rows(job, now: now) {
                try output.line(row.name + String(repeating: " ", count: max(2, 12 - row.name.count)) + row.value)
            }
            try output.line("what it wrote:     caisson logs \(job.id)")
            try output.line("run it again:      caisson dead redrive \(job.id)")
            try output.line("leave it as it is: caisson dead discard \(job.id)")
        }
    }
}

/// The job needs nobody.
struct NotDead: UserFacingError {
    let id: JobID
    let state: JobState
    var code: ErrorCode { .illegalState }
    var message: String { "Job \(id) is \(state.rawValue) and needs nobody." }
    var remedy: String? { "See `caisson dead list` for those that do." }
}

extension DeadCommand {
    /// The verbs that change something.
    static var acting: [any ParsableCommand.Type] { [Redrive.self, Discard.self] }

    /// `caisson dead redrive`.
    struct Redrive: BulkCommand {
        static let configuration = CommandConfiguration(
            commandName: "redrive", abstract: "Run jobs that need a person again, as new jobs.",
            discussion: """
                The old job stays, and the new one tells that it was made from it. Examples: `caisson dead redrive k3v9`, `caisson \
                dead redrive --filter attention=true,queue=gpu`.
                """)
        @OptionGroup var targets: JobTargets
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
            let act = BulkAct(verb: "Run", done: "redriven", targets: targets, form: form.form, output: output)
            return try await act.run(reader: daemon, now: now, isFitting: { $0.attention != nil }) { job in
                guard job.attention != nil else { throw NotDead(id: job.id, state: job.state) }
                return try await daemon.retry(job.id)
            }
        }
    }

    /// `caisson dead discard`.
    struct Discard: BulkCommand {
        static let configuration = CommandConfiguration(
            commandName: "discard", abstract: "Leave jobs as they are: they need nobody any more.",
            discussion: "Example: `caisson dead discard k3v9`.")
        @OptionGroup var targets: JobTargets
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run(daemon: any JobsControl & JobReader, now: WallTime, output: Output) async throws -> ExitStatus {
            let act = BulkAct(verb: "Discard", done: "discarded", targets: targets, form: form.form, output: output)
            return try await act.run(reader: daemon, now: now, isFitting: { $0.attention != nil }) { job in
                try await daemon.discard(job.id)
                return nil
            }
        }
    }
}
