import ArgumentParser
import ControlWire
import Daemon
import Model
import Planner
import Ports

/// `caisson queue`: what waits where, and how it is let through.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at queues, pause and resume them, set their limits.",
        subcommands: [Stats.self, Top.self] + acting)

    /// `caisson queue stats`.
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stats", abstract: "Show what each queue holds.",
            discussion: "Example: `caisson queue stats`.")
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func run() async throws {
            try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
        }

        /// The command without its surroundings.
        func run(reader: any JobReader, now: WallTime, output: Output) async throws {
            let queues = try await reader.queues().sorted { $0.queue.id < $1.queue.id }
            try QueueListing.print(queues, form.form, now: now, output: output)
        }
    }

    /// `caisson queue top`.
    struct Top: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "top", abstract: "Show the queues in which most waits, and what has waited for longest.",
            discussion: "Example: `caisson queue top --limit 3`.")
        @Option(help: ArgumentHelp("At most so many queues: 1 ... 1000.", valueName: "count")) var limit = 10
        @OptionGroup var form: FormOption
        @OptionGroup var home: PlaceOptions

        func validate() throws {
            try (1...1000).check(limit, as: "--limit")
        }

        func run() async throws {
            try await home.look { reader, _ in try await run(reader: reader, now: home.now, output: .standard) }
        }

        /// The command without its surroundings.
        func run(reader: any JobReader, now: WallTime, output: Output) async throws {
            let queues = try await reader.queues().sorted {
                let (left, right) = (QueueListing.ready($0), QueueListing.ready($1))
                return left == right ? $0.queue.id < $1.queue.id : left > right
            }
            try QueueListing.print(Array(queues.prefix(limit)), form.form, now: now, output: output)
        }
    }
}

/// Queues as a list.
enum QueueListing {
    static func ready(_ queue: QueueStatistics) -> Int { queue.counts[.ready] ?? 0 }
    static func live(_ queue: QueueStatistics) -> Int {
        queue.counts.reduce(0) { $0 + ($1.key.isLive ? $1.value : 0) }
    }

    static func print(_ queues: [QueueStatistics], _ form: OutputForm, now: WallTime, output: Output) throws {
        guard form == .table else { return try output.json(queues.map { QueueView($0) }) }
        var table = TextTable(
            [
                "PROJECT", "QUEUE", "STATE", "WEIGHT", "LIMIT", "READY", "RUNNING", "WAITING", "RETRYING", "HELD",
                "OLDEST",
            ])
        for queue in queues {
            let (row, counts) = (queue.queue, queue.counts)
            table.add([
                row.id.project, row.id.queue, row.isPaused ? "paused" : "open", "\(row.weight)",
                row.limit.map { "\($0)" } ?? "-", "\(ready(queue))", "\(live(queue))",
                "\((counts[.pending] ?? 0) + (counts[.waiting] ?? 0))", "\(counts[.retrying] ?? 0)", "\(queue.held)",
                queue.oldestReady.map { AgeText.text(from: $0, to: now) } ?? "-",
            ])
        }
        for line in table.lines { try output.line(line) }
    }
}
