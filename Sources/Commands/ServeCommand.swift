import ArgumentParser
import Daemon
import Foundation
import Model

/// `caisson serve`: the daemon.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the daemon of a data folder until it is told to end.",
        discussion: """
            Settings come from flags, else from variables CAISSON_…, else from the configuration file (Docs/Configuration.md). TERM and \
            Ctrl-C end the daemon: it starts nothing more, and what becomes of running jobs is said by --drain; a second one \
            ends it within seconds. HUP opens the log anew. Exit status: 0 after an orderly end, 8 if it was forced, 4 if another \
            process has the data folder.
            """)

    @OptionGroup var settings: ConfigurationOption
    @Option(
        help: ArgumentHelp("End after so long without jobs and requests, or never.", valueName: "duration|never"))
    var idleExit: String?
    @Option(help: ArgumentHelp("What becomes of running jobs at the end.", valueName: "leave|finish|cancel"))
    var drain: String?
    @Option(help: ArgumentHelp("How long that may take.", valueName: "duration"))
    var drainLimit: String?
    @Option(
        help: ArgumentHelp(
            "How long the container of a failed job is kept, stopped; 0s: not at all.", valueName: "duration"))
    var keepFailed: String?
    @Option(help: ArgumentHelp("Where the log goes: auto, stderr, or a file.", valueName: "file"))
    var logFile: String?
    @Option(help: ArgumentHelp("The least level that is logged.", valueName: "level"))
    var logLevel: String?
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Any other setting, as in --set slots=16.", valueName: "key=value"))
    var others: [String] = []
    /// Started by a client: it waits at a pipe for a word from us, and does not want us for ever.
    @Flag(help: .hidden) var detached = false
    @OptionGroup var home: HomeOption

    func validate() throws {
        for word in others where !word.contains("=") {
            throw ValidationError("--set \(word) has no =, as in --set slots=16.")
        }
    }

    /// All flags that set something.
    var flags: [(key: String, text: String, flag: String)] {
        let named = [
            ("idle_exit", idleExit, "--idle-exit"), ("drain", drain, "--drain"),
            ("drain_limit", drainLimit, "--drain-limit"), ("keep_failed", keepFailed, "--keep-failed"),
            ("log_file", logFile, "--log-file"), ("log_level", logLevel, "--log-level"),
        ]
        let set = others.map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (key: String(parts[0]), text: String(parts[1]), flag: "--set \(parts[0])")
        }
        return named.compactMap { key, text, flag in text.map { (key: key, text: $0, flag: flag) } } + set
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let readiness = Readiness(
            descriptor: detached ? DaemonLauncher.readyDescriptor : nil, manager: environment["NOTIFY_SOCKET"])
        do {
            let end = try await process(readiness).run { base in
                try await DaemonServices.parts(base, release: Caisson.release)
            }
            (end == .orderly ? ExitStatus.ok : .cancelled).end()
        } catch {
            readiness.failed(Failure(error).lines(.json, id: Invocation.id).first ?? "")
            throw error
        }
    }

    private func process(_ readiness: Readiness) throws -> DaemonProcess {
        let instance = try home.configuration()
        let configuration = try DaemonConfiguration.read(
            instance.home, settings.sources(instance, flags: flags), isByNeed: detached)
        // Only now: paths may have been relative. Where a client was working must not be held by us.
        if detached { _ = FileManager.default.changeCurrentDirectoryPath("/") }
        return DaemonProcess(
            configuration: configuration, instance: instance, readiness: readiness, isByNeed: detached)
    }
}
