import ArgumentParser
import Daemon
import Documents
import Foundation
import Hardening
import Logging
import Model
import Ports
import Scheduler

/// `caisson run`: runs one command in a sandbox and waits for its end.
struct RunCommand: AsyncParsableCommand, JobFlags {
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

    @Option(help: ArgumentHelp("One of our images by name, else a full reference.", valueName: "name"))
    var image: String?
    @Option(
        name: [.customShort("f"), .customLong("document")],
        help: ArgumentHelp("A job document, or - for our own standard input.", valueName: "file|-"))
    var document: String?
    @Option(help: ArgumentHelp("The command's standard input: a file, or - for our own.", valueName: "file|-"))
    var stdin: String?
    @Option(name: .customLong("file"), help: ArgumentHelp("A file to put into /work.", valueName: "local[:name]"))
    var files: [String] = []
    @Option(
        name: .customLong("dir"),
        help: ArgumentHelp("A folder whose files to put into /work, or into a folder there.", valueName: "path[:dest]"))
    var folders: [String] = []
    @Option(name: .customLong("env"), help: ArgumentHelp("A variable of the command's environment.", valueName: "k=v"))
    var environment: [String] = []
    @Option(
        name: .customLong("artifact"),
        help: ArgumentHelp(
            "A file beneath /work to keep, or a pattern: * ? [a-z], and ** for any folders.", valueName: "path"))
    var artifacts: [String] = []
    @Option(help: ArgumentHelp("Where to write the kept files, too.", valueName: "folder"))
    var artifactsDir: String?
    @Option(
        help: ArgumentHelp("Where to write every file of /work that is new or changed at the end.", valueName: "folder")
    )
    var changes: String?
    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "Limits: \(LimitField.allCases.map(\.rawValue).joined(separator: ", ")). As in cpus=1,memory=256MiB.",
            valueName: "name=value,…"))
    var limits: [String] = []
    @Option(
        help: ArgumentHelp(
            "The longest the command may run: \(LimitField.run.allowed); else as in the profile. Short for --limit run=….",
            valueName: "duration"))
    var timeout: String?
    @Option(
        help: ArgumentHelp(
            "What happens beyond the output limit: truncate drops the rest, kill ends the command.",
            valueName: "truncate|kill"))
    var outputPolicy: String?
    @Option(
        help: ArgumentHelp(
            "What the command may do: see `caisson profile list`. Else the profile of the image's name, else shell.",
            valueName: "name"))
    var profile: String?
    @OptionGroup var profiles: ProfilesOption
    @OptionGroup var form: FormOption
    @OptionGroup var home: PlaceOptions
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func run() async throws {
        // What is wrong is told before a daemon is looked for.
        let asked = try document.map { try RunDocument($0) }
        let set = try profiles.set()
        let profile = try profile(for: asked, of: set)
        var request = try RunRequest.make(self, asked, profile: profile.profile, isTerminal: isatty(STDOUT_FILENO) == 1)
        request.profilesFolder = set.absoluteFolder
        let job = asked?.document
        let reconnect = try home.reconnection
        try await home.daemon(warning: .standard) { daemon in
            try await JobRun(
                request: request, adapt: { Self.adapt(&$0, job) }, daemon: daemon, reconnect: reconnect,
                output: .standard,
                form: form.form, artifactsDir: artifactsDir, changesDir: changes
            ).run()
        }.end()
    }

    /// What a document says of the job beside what is run.
    private static func adapt(_ submission: inout Submission, _ job: JobDocument?) {
        guard let job else { return }
        submission.specs[0].effect = job.effect ?? .pure
        submission.specs[0].retry = job.retry ?? .none
        submission.nodes[0].placement = job.placement
        job.delay(&submission.nodes[0])
        (submission.isHeld, submission.idempotencyKey) = (job.isHeld ?? false, job.idempotencyKey)
    }

    /// The profile that a flag names, else the one that the document names, else the image's.
    private func profile(for asked: RunDocument?, of set: ProfileSet) throws -> PreparedProfile {
        if let profile { return try Instance.profile(named: profile, of: set) }
        guard let document = asked?.document, let name = document.profile else {
            return try Instance.profile(named: set.name(forImage: image ?? asked?.document.image ?? ""), of: set)
        }
        do {
            return try Instance.profile(named: name, of: set)
        } catch let error as HardeningError {
            throw document.mistake(.profile, "cannot be used: \(error.message.dropLast())", remedy: error.remedy)
        }
    }
}
