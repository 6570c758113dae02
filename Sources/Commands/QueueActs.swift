import ArgumentParser
import ControlWire
import Model
import Planner
import Ports

extension QueueCommand {
    /// The verbs that change something.
    static var acting: [any ParsableCommand.Type] { [Pause.self, Resume.self, Drain.self, Set.self] }

    /// Which queue, and how it is told.
    struct Options: ParsableArguments {
        @Argument(help: "A queue: QUEUE, or PROJECT/QUEUE.") var queue: QueueName
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func tell(_ queue: QueueView, _ output: Output) throws {
            guard form.form == .table else { return try output.json(queue) }
            let limit = queue.limit.map { "at most \($0) at once" } ?? "no limit of its own"
            let id = QueueID(project: queue.project, queue: queue.queue)
            try output.line(
                "\(QueueName.text(id))\t\(queue.isPaused ? "paused" : "open")\tweight \(queue.weight)\t\(limit)")
        }
    }

    /// `caisson queue pause`.
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Begin nothing more of a queue; what runs goes on, and it still takes jobs in.",
            discussion: "Example: `caisson queue pause gpu`.")
        @OptionGroup var options: Options

        func run() async throws {
            try await options.home.daemon { daemon in
                try options.tell(try await daemon.setQueue(options.queue.id, QueueChange(isPaused: true)), .standard)
            }
        }
    }

    /// `caisson queue resume`.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Go on with a queue that was paused.",
            discussion: "Example: `caisson queue resume team-a/gpu`.")
        @OptionGroup var options: Options

        func run() async throws {
            try await options.home.daemon { daemon in
                try options.tell(try await daemon.setQueue(options.queue.id, QueueChange(isPaused: false)), .standard)
            }
        }
    }

    /// `caisson queue drain`.
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drain", abstract: "Pause a queue, and wait until nothing of it runs any more.",
            discussion: "Example: `caisson queue drain gpu`.")
        @OptionGroup var options: Options

        func run() async throws {
            try await options.home.daemon { try await run(daemon: $0, output: .standard) }
        }

        /// The command without its surroundings.
        func run(daemon: any Daemonic, output: Output) async throws {
            // From before the queue is looked at, so that no end is missed.
            var seen = try await daemon.newest()
            let queue = try await daemon.setQueue(options.queue.id, QueueChange(isPaused: true))
            let left = try await live(daemon)
            if left > 0 {
                output.error("caisson: waiting for \(left) job\(left == 1 ? "" : "s") to end")
                try await daemon.follow(after: seen) { event in
                    guard event.ordinal > seen else { return true }
                    seen = try await daemon.newest()
                    return try await live(daemon) > 0
                }
            }
            try options.tell(queue, output)
        }

        private func live(_ reader: any JobReader) async throws -> Int {
            try await reader.queues().first { $0.queue.id == options.queue.id }.map(QueueListing.live) ?? 0
        }
    }

    /// `caisson queue set`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set how much of a queue runs at once, and how many turns it gets.",
            discussion: "Examples: `caisson queue set gpu --limit 2`, `caisson queue set gpu --limit none --weight 3`.")
        @OptionGroup var options: Options
        @Option(
            help: ArgumentHelp("Jobs of it that run at once: 1 ... 100000, or none for no limit.", valueName: "count"))
        var limit: String?
        @Option(help: ArgumentHelp("Turns it gets for one of a queue with weight 1: 1 ... 1000.", valueName: "number"))
        var weight: Int?

        func validate() throws {
            guard limit != nil || weight != nil else {
                throw ValidationError("Nothing is set: give --limit or --weight.")
            }
            if let weight { try QueueRow.weights.check(weight, as: "--weight") }
            _ = try change()
        }

        private func change() throws -> QueueChange {
            guard let limit, limit != "none" else {
                return QueueChange(weight: weight, limit: limit == nil ? nil : .some(nil))
            }
            guard let count = Int(limit), QueueRow.limits.contains(count) else {
                throw ValidationError("--limit is \(limit), but must be 1 ... 100000 or none.")
            }
            return QueueChange(weight: weight, limit: .some(count))
        }

        func run() async throws {
            let change = try change()
            try await options.home.daemon { daemon in
                try options.tell(try await daemon.setQueue(options.queue.id, change), .standard)
            }
        }
    }
}
