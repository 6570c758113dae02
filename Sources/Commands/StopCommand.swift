import ArgumentParser
import ControlClient
import ControlWire
import Daemon
import Model
import Ports

/// `caisson stop`: ends the daemon.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End the daemon, and wait until it is gone.",
        discussion: """
            It begins nothing more. --drain says what becomes of running jobs, else the daemon's settings do: leave lets them go on for \
            the next daemon, finish waits for them, cancel cancels them with their grace. What waits stays in the queue. It is no error \
            if there is no daemon. Exit status: 7 if it is not gone after --timeout. Example: `caisson stop --drain finish`.
            """)

    @Option(help: ArgumentHelp("What becomes of running jobs.", valueName: "leave|finish|cancel"))
    var drain: DrainMode?
    @OptionGroup var timeout: TimeoutOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        let folder = try home.home.configuration().home
        let asked = try await home.clientIfThere { try await $0?.stop(StopAsk(drain: drain?.rawValue)) }
        guard let asked else { return try tell(nil, folder: folder, .standard) }
        if let drain, drain.rawValue != asked.drain {
            Output.standard.error("caisson: it was ending already, and its running jobs are for \(asked.drain)")
        }
        let limit = try timeout.limit
        guard try await DaemonEnd.wait(for: asked.pid, in: folder, limit: limit) else {
            throw StillThere(pid: asked.pid, drain: asked.drain, limit: limit)
        }
        try tell(asked, folder: folder, .standard)
    }

    /// The command's words: nothing of a daemon that was not there goes to stdout.
    func tell(_ asked: StopView?, folder: String, _ output: Output) throws {
        struct View: Encodable {
            let wasThere: Bool
            let pid: Int?
            let drain: String?
        }
        if form.form == .json {
            return try output.json(View(wasThere: asked != nil, pid: asked?.pid, drain: asked?.drain))
        }
        guard let asked else { return output.error("caisson: no daemon works in \(folder)") }
        try output.line("daemon \(asked.pid) has ended; what ran \(Self.words(asked.drain))")
    }

    private static func words(_ drain: String) -> String {
        switch DrainMode(rawValue: drain) {
        case .leave: "goes on, for the next daemon"
        case .finish: "was waited for"
        case .cancel: "was cancelled"
        case nil: "is for \(drain)"
        }
    }
}

extension DrainMode: ExpressibleByArgument {}

/// The daemon has not ended in time.
struct StillThere: UserFacingError {
    let pid: Int
    let drain: String
    let limit: Duration
    var code: ErrorCode { .waitTimedOut }
    var message: String {
        "The daemon, process \(pid), is still ending after \(limit.shortText), with the drain \(drain)."
    }
    var remedy: String? { "Wait again with `caisson stop`, or cut its drain short with `kill \(pid)`." }
}
