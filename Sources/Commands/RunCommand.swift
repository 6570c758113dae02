import ArgumentParser
import Daemon
import Documents
import Foundation
import Hardening
import Model
import Ports

/// `caisson run`: runs one command in a sandbox and waits for its end.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a sealed container and wait for its end.",
        usage: """
            caisson run --image NAME [--stdin FILE|-] [--file LOCAL[:NAME]]… [flags] -- COMMAND ARG…
            caisson run -f DOCUMENT|- [flags] [-- COMMAND ARG…]
            """,
        discussion: """
            The command's stdout and stderr pass through as they are, but for a terminal, where control characters are shown \
            and not obeyed; our own words go to stderr. Files appear in /work, the \
            only folder beside /tmp that can be written. A file result.json that the command leaves there is kept as its \
            result.

            A job document (Docs/Jobs.md) says the same in YAML or JSON; flags win over it, and a command after -- replaces \
            the document's. Of a folder given by --dir, .git and what a file .caissonignore in it names is left out \
            (patterns as in .gitignore).
            """)

    @OptionGroup var job: JobOptions
    @Option(help: ArgumentHelp("Where to write the kept files, too.", valueName: "folder"))
    var artifactsDir: String?
    @Option(
        help: ArgumentHelp("Where to write every file of /work that is new or changed at the end.", valueName: "folder")
    )
    var changes: String?
    @OptionGroup var profiles: ProfilesOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions

    func run() async throws {
        // What is wrong is told before a daemon is looked for.
        let asked = try job.document.map { try RunDocument($0) }
        let set = try profiles.set()
        let profile = try job.profile(of: set, document: asked?.document)
        var request = try request(asked, profile: profile, isTerminal: isatty(STDOUT_FILENO) == 1)
        request.profilesFolder = set.absoluteFolder
        let reconnect = try home.reconnection
        try await home.daemon(warning: .standard) { daemon in
            try await JobRun(
                request: request, adapt: { asked?.document.complete(&$0) }, daemon: daemon, reconnect: reconnect,
                output: .standard,
                form: form.form, artifactsDir: artifactsDir, changesDir: changes
            ).run()
        }.end()
    }

    /// What the flags and the document ask for.
    ///
    /// - Parameter isTerminal: whether our own stdout is a terminal.
    /// - Throws: ``InputError`` with everything that is wrong.
    func request(_ asked: RunDocument? = nil, profile: Profile, isTerminal: Bool = true) throws -> JobRequest {
        try RunRequest.make(
            job, asked, profile: profile, folders: .init(artifacts: artifactsDir, changes: changes),
            isTerminal: isTerminal)
    }
}
