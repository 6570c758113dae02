import ArgumentParser
import ControlWire
import Daemon
import Model
import Ports

/// `caisson events`: what has happened.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print what has happened to a job, to a graph, or to all jobs.",
        discussion: "Examples: `caisson events @latest`, `caisson events --after 1000 -o json`.")

    @Argument(help: "A job's id, the beginning of one, or @latest; without one, all events.") var job: String?
    @Option(help: ArgumentHelp("Of all events, those behind this ordinal.", valueName: "ordinal")) var after: Int64 = 0
    @Option(help: ArgumentHelp("Of all events, at most so many: 1 ... 10000.", valueName: "count")) var limit = 1000
    @Flag(name: .shortAndLong, help: "Go on with what happens, as it happens; of a graph, until it has ended.")
    var follow = false
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        try (1...10_000).check(limit, as: "--limit")
    }

    func run() async throws {
        guard follow else {
            return try await home.look { reader, _ in try await run(reader: reader, output: .standard) }
        }
        try await home.daemon { try await follow(reader: $0, news: $0, output: .standard) }
    }

    /// Follows what happens: to one job or graph until it has ended, else without end.
    func follow(reader: any JobReader, news: any JobNews, output: Output) async throws {
        guard let job else {
            let start = after > 0 ? after : try await news.newest()
            return try await news.follow(after: start) { event in
                try Self.print([event], form.form, output: output)
                return true
            }
        }
        // From before the events are read, so that none is missed; what is there twice is told once.
        let id = try await reader.summary(job).id
        var (seen, told) = (try await news.newest(), Int64(0))
        func tell() async throws -> Bool {
            let isOver = try await reader.summary("\(id)").state.isTerminal
            let events = try await reader.events(of: id).filter { $0.ordinal > told }
            try Self.print(events.map { EventView($0) }, form.form, output: output)
            told = events.last?.ordinal ?? told
            return !isOver
        }
        guard try await tell() else { return }
        try await news.follow(after: seen) { event in
            guard event.ordinal > seen else { return true }
            seen = try await news.newest()
            return try await tell()
        }
    }

    /// The command without its surroundings; with `-o json`, one object a line.
    func run(reader: any JobReader, output: Output) async throws {
        let events =
            if let job { try await reader.events(of: try await reader.summary(job).id) } else {
                try await reader.events(after: after, limit: limit)
            }
        try Self.print(events.map { EventView($0) }, form.form, output: output)
    }

    static func print(_ events: [EventView], _ form: OutputForm, output: Output) throws {
        for event in events {
            try output.line(form == .json ? Output.compactJSON(event) : line(event))
        }
    }

    private static func line(_ event: EventView) -> String {
        let attempt = event.attempt.map { ".\($0)" } ?? ""
        let words = [
            event.at, "\(event.job)\(attempt)", event.name, event.state.map { "→ \($0)" } ?? "",
            event.actor.map { "by \(TextTable.oneLine($0, width: 40))" } ?? "",
        ]
        return words.filter { !$0.isEmpty }.joined(separator: "  ")
    }
}
