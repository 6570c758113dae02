// Commands: the verbs of the command line: what is parsed, what is printed, which exit status. It must not hold rules about
// jobs. Until the control API exists it wires an instance of its own (`Docs/Decisions/0003`).
package import ArgumentParser
import Daemon
import Foundation
import Hardening

/// `caisson`: the whole command line.
package struct Caisson: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "caisson",
        abstract: "Runs programs in sealed, throw-away containers and keeps what they did.",
        discussion: """
            Exit status: 0 ok, 1 the job failed, timed out, ran out of memory or was skipped, 2 invalid input, 3 not found, \
            4 conflict, 5 denied, 6 no engine or daemon, 7 a wait timed out, 8 cancelled, 9 our fault or the engine's. \
            Errors go to stderr as `error: CODE: sentence`, with -o json as \
            one object.
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Running jobs", subcommands: [RunCommand.self, SubmitCommand.self, WaitCommand.self]),
            CommandGroup(
                name: "Looking at jobs",
                subcommands: [
                    ListCommand.self, ShowCommand.self, TreeCommand.self, ExplainCommand.self, LogsCommand.self,
                    ResultCommand.self, AttemptsCommand.self, EventsCommand.self, SpecCommand.self, GraphCommand.self,
                    StatsCommand.self,
                ]),
            CommandGroup(
                name: "Steering jobs",
                subcommands: [
                    CancelCommand.self, RetryCommand.self, ForkCommand.self, HoldCommand.self, ReleaseCommand.self,
                    ApproveCommand.self, RejectCommand.self, PriorityCommand.self, QueueCommand.self, DeadCommand.self,
                ]),
            CommandGroup(
                name: "Looking after Caisson",
                subcommands: [
                    StatusCommand.self, ServeCommand.self, StopCommand.self, ConfigCommand.self, ProfileCommand.self,
                    ImageCommand.self,
                    EngineCommand.self, DbCommand.self, DoctorCommand.self, SelftestCommand.self, ApiCommand.self,
                    CompletionCommand.self, InstallCommand.self, UninstallCommand.self,
                ]),
        ])

    package init() {}

    static let release = "0.1.0"

    /// The release, and which profiles are built into it.
    private static var version: String {
        let profiles = ProfileSet.builtIn.names.map { name in
            let digest = ProfileReport.digest(of: name, in: .builtIn).prefix(ProfileReport.shortDigestLength)
            return "profile \(name) \(digest)"
        }
        return (["caisson \(release)"] + profiles).joined(separator: "\n")
    }

    /// Opens `/dev/null` where a standard descriptor is closed: whatever is opened first would else be taken for it.
    private static func openStandardDescriptors() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDWR) }
    }

    /// The verbs whose last words are a command.
    private static let takeCommand: Set = ["run", "submit", "fork"]

    /// The verb with its flags.
    ///
    /// The parser's time grows with the square of the words, so those of a job's command are kept from it.
    static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        guard let verb = arguments.first, takeCommand.contains(verb), let terminator = arguments.firstIndex(of: "--")
        else { return try parseAsRoot(arguments) }
        let rest = Array(arguments[(terminator + 1)...])
        switch try parseAsRoot(Array(arguments[..<terminator])) {
        case var run as RunCommand:
            run.job.command = rest
            return run
        case var submit as SubmitCommand:
            submit.job.command = rest
            return submit
        case var fork as ForkCommand:
            fork.command = rest
            return fork
        case let other: return other
        }
    }

    /// Parses the command line, runs what it says, and ends the process with the exit status that fits.
    package static func start() async -> Never {
        openStandardDescriptors()
        // A reader of our output that has enough is met as an error of a write: a job must not be lost with it.
        signal(SIGPIPE, SIG_IGN)
        // Swift's runtime takes Ctrl-\ for a crash to be told of, and goes on. It is to end us: the daemon goes on with the job.
        if !CancelSignals.isIgnored(SIGQUIT) { signal(SIGQUIT, SIG_DFL) }
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try CommandLineText.check()
            var command = try parse(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            ExitStatus.ok.end()
        } catch {
            Failure(error, arguments: arguments).end(CommandLineText.form(arguments))
        }
    }
}
