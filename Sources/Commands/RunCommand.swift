import ArgumentParser
import Daemon
import Documents
import Foundation
import Hardening
import Logging
import Model
import Ports
import SQLiteStore
import Scheduler

/// `caisson run`: runs one command in a sandbox and waits for its end.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a sealed container and wait for its end.",
        usage: """
            caisson run --image NAME [--stdin FILE|-] [--file LOCAL[:NAME]]… [flags] -- COMMAND ARG…
            caisson run -f DOCUMENT|- [flags] [-- COMMAND ARG…]
            """,
        discussion: """
            The command's stdout and stderr pass through as they are; our own words go to stderr. Files appear in /work, the \
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
    @OptionGroup var home: HomeOption
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func run() async throws {
        try await run(configuration: try home.configuration(), output: .standard).end()
    }

    /// The command without its surroundings.
    func run(configuration: InstanceConfiguration, output: Output) async throws -> ExitStatus {
        let asked = try document.map { try RunDocument($0) }
        let set = try profiles.set()
        let profile = try profile(for: asked, of: set)
        let request = try RunRequest.make(
            self, asked, profile: profile.profile, isTerminal: isatty(STDOUT_FILENO) == 1)
        let follower = OutputFollower(output: output)
        var layers = Layers()
        layers.spools = { FollowedSpools($0, follower: follower) }
        let instance = try await Instance.open(
            configuration, logger: StandardErrorLog.logger, layers: layers,
            whenWaiting: { pid in
                output.error("caisson: waiting for \(pid.map { "process \($0)" } ?? "another process") to end its job")
            })
        do {
            let status = try await carryOut(request, profile, set, instance, follower, output)
            try await instance.close()
            return status
        } catch {
            try? await instance.close()  // ignored: the first error is the one to tell
            throw error
        }
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

    private func carryOut(
        _ request: JobRequest, _ profile: PreparedProfile, _ set: ProfileSet, _ instance: Instance,
        _ follower: OutputFollower, _ output: Output
    ) async throws -> ExitStatus {
        let findings = try await instance.recovery.run()
        let earlier = EarlierJobs(
            findings, supervisor: instance.supervisor, profile: { try Instance.profile(named: $0, of: set) },
            tell: { output.error(Self.words($0)) })
        let control = JobControl(grace: request.limits.grace)
        let signals = CancelSignals(control, earlier, follower, output: output)
        defer { signals.end() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await earlier.run() }
            let status = try await ownJob(request, profile, instance, follower, output, control)
            signals.ownJobIsOver()
            if earlier.openCount > 0 {
                let jobs = earlier.openCount == 1 ? "a job" : "\(earlier.openCount) jobs"
                output.error("caisson: waiting for \(jobs) of an earlier process; Ctrl-C leaves that to the next")
            }
            try await group.waitForAll()
            return status
        }
    }

    private static func words(_ news: EarlierJobs.News) -> String {
        switch news {
        case .goesOn(let job): "caisson: going on with job \(job) of an earlier process"
        case .ended(let job, let verdict):
            "caisson: job \(job) \(verdict.state.rawValue): \(TextTable.oneLine(verdict.message, width: 4000))"
        case .postponed(let job, let code):
            "caisson: what became of job \(job) cannot be stored (\(code.rawValue)); the next process ends it"
        }
    }

    /// Runs what was asked for, from its acceptance to its end.
    private func ownJob(
        _ request: JobRequest, _ profile: PreparedProfile, _ instance: Instance, _ follower: OutputFollower,
        _ output: Output, _ control: JobControl
    ) async throws -> ExitStatus {
        let job = try await instance.supervisor.accept(request, profile: profile)
        await follower.follow(job.id)
        let live: (any InputSource)? = if case .live(let source) = request.stdin { source } else { nil }
        let verdict = try await withThrowingTaskGroup(of: Verdict?.self) { group in
            group.addTask {
                await follower.run()
                return nil
            }
            group.addTask {
                defer { follower.end() }
                return try await instance.supervisor.run(job, profile: profile, live: live, control: control)
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
        guard let verdict else { return .errored }
        return await conclude(verdict, of: job, instance, follower, output)
    }

    /// The last word on stderr, with `-o json` as one object.
    private func tell(_ verdict: Verdict, of job: JobID, _ output: Output) {
        struct View: Encodable {
            struct Job: Encodable { let id, state, reason, message: String }
            let job: Job
        }
        let view = View.Job(
            id: "\(job)", state: verdict.state.rawValue, reason: verdict.reason, message: verdict.message)
        output.error(
            form.form == .json
                ? Output.compactJSON(View(job: view))
                // The message may hold what a sandbox has said.
                : "caisson: job \(job) \(verdict.state.rawValue): \(TextTable.oneLine(verdict.message, width: 4000))")
    }

    /// Tells the end, and hands out the kept files; that they, or the job's output, could not be written changes the exit status
    /// of a success alone.
    private func conclude(
        _ verdict: Verdict, of job: JobRecord, _ instance: Instance, _ follower: OutputFollower, _ output: Output
    ) async -> ExitStatus {
        // With `-o json` the last line is an object, the job's or an error's: what is said of single files comes before.
        if form.form != .json { tell(verdict, of: job.id, output) }
        var failures: [any Error] = [await follower.flaw].compactMap(\.self)
        do {
            try await JobEnd(job: job, attempt: try await instance.store.attempts(of: job.id).last).report(
                artifactsDir: artifactsDir, changesDir: changes, reader: instance.store, output: output)
        } catch {
            failures.append(error)
        }
        if form.form == .json { tell(verdict, of: job.id, output) }
        var status = ExitStatus(verdict.state)
        for failure in failures.map({ Failure($0) }) {
            failure.tell(form.form, output: output)
            if status == .ok { status = failure.status }
        }
        return status
    }
}
