import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Model

/// `caisson status`: what goes on.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the daemon, its engine, the queues and the newest jobs.",
        discussion: """
            Without a daemon, what the files say. Exit status: 0, or 1 if something that the daemon cannot do without is not well. \
            Examples: `caisson status`, `caisson status --watch 2`.
            """)

    @Option(
        help: ArgumentHelp("Show it again after so many seconds, 1 ... 3600, until it is ended.", valueName: "seconds"))
    var watch: Int?
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func validate() throws {
        if let watch { try (1...3600).check(watch, as: "--watch") }
    }

    func run() async throws {
        guard let watch else { try show(try await look(), output: .standard).end() }
        var shown = 0
        while true {
            shown = try redraw(try await look(), over: shown, output: .standard)
            try await Invocation.pause(.seconds(watch))
        }
    }

    private func look() async throws -> StatusView {
        let configuration = try home.home.configuration()
        return try await home.clientIfThere { client in
            guard let client else { return try await StatusLook.status(configuration) }
            return try await client.status()
        }
    }

    /// The command without its surroundings.
    func show(_ view: StatusView, output: Output) throws -> ExitStatus {
        if form.form == .json {
            try output.json(view)
        } else {
            for line in Self.lines(view, now: Invocation.now) { try output.line(line) }
        }
        return view.health?.isHealthy == false ? .jobFailed : .ok
    }

    /// In place on a terminal, one object a line into a pipe with `-o json`, else one after the other.
    ///
    /// - Returns: how many lines are on the screen now.
    private func redraw(_ view: StatusView, over shown: Int, output: Output) throws -> Int {
        guard form.form == .table else {
            try output.line(Output.compactJSON(view))
            return 0
        }
        let lines = Self.lines(view, now: Invocation.now)
        guard output.isTerminal else {
            for line in lines + [""] { try output.line(line) }
            return 0
        }
        let most = max(1, (output.rows ?? 24) - 1)
        let fitting = lines.prefix(most).map { line in String(line.prefix(max(1, (output.columns ?? 80) - 1))) }
        let up = shown > 0 ? "\u{1B}[\(shown)A" : ""
        try output.drawing("\(up)\r\u{1B}[J\(fitting.map { "\($0)\n" }.joined())")
        return fitting.count
    }

    static func lines(_ view: StatusView, now: WallTime) -> [String] {
        var lines: [String] = []
        if let daemon = view.daemon {
            let age = WallTime(rfc3339: daemon.startedAt).map { ", up \(AgeText.text(from: $0, to: now))" } ?? ""
            lines.append("daemon   \(daemon.version), process \(daemon.pid)\(age)")
            lines.append("engine   \(words(view.dispatch)) (\(TextTable.oneLine(daemon.engine ?? "?", width: 200)))")
        } else {
            lines.append("daemon   none; the first job that is handed in starts one")
        }
        if let dispatch = view.dispatch {
            let draining = dispatch.isDraining ? ", draining: nothing more begins" : ""
            lines.append("jobs     \(dispatch.running) of \(dispatch.slots) slots in use\(draining)")
        }
        if let free = view.freeBytes { lines.append("disk     \(free >> 20) MiB free") }
        for check in view.health?.checks ?? [] where !check.isHealthy {
            lines.append("UNWELL   \(check.name): \(TextTable.oneLine(check.message, width: 300))")
        }
        if !view.queues.isEmpty { lines += [""] + queues(view.queues) }
        if !view.recent.isEmpty { lines += [""] + recent(view.recent, now) }
        return lines
    }

    private static func words(_ dispatch: StatusView.Dispatch?) -> String {
        guard let dispatch else { return "unknown" }
        let since = dispatch.engineDownSince.map { " since \($0)" } ?? ""
        return "\(dispatch.engine)\(since)"
    }

    private static func queues(_ queues: [QueueView]) -> [String] {
        var table = TextTable(["PROJECT", "QUEUE", "STATE", "READY", "RUNNING", "WAITING", "HELD"])
        for queue in queues {
            func count(_ states: JobState...) -> Int { states.reduce(0) { $0 + (queue.counts[$1.rawValue] ?? 0) } }
            table.add([
                queue.project, queue.queue, queue.isPaused ? "paused" : "open", "\(count(.ready))",
                "\(JobState.allCases.filter(\.isLive).reduce(0) { $0 + count($1) })",
                "\(count(.pending, .waiting, .retrying))", "\(queue.held)",
            ])
        }
        return table.lines
    }

    private static func recent(_ jobs: [JobView], _ now: WallTime) -> [String] {
        var table = TextTable(["NEWEST", "STATE", "AGE", "WHAT"])
        for job in jobs {
            let age = WallTime(rfc3339: job.createdAt).map { AgeText.text(from: $0, to: now) } ?? "?"
            let what = job.command.map { $0.joined(separator: " ") } ?? "\(job.kind) \(job.name ?? "")"
            table.add([job.id, job.state, age, TextTable.oneLine(what, width: 60)])
        }
        return table.lines
    }
}
