import Foundation
import GRDB
import Glibc
import Model
import Testing
import TestSupport

/// A data folder of its own, the program that was built, and what is checked when a test is over: nothing of that folder's
/// installation is left in the engine but the volume that holds its cell, which is then removed.
struct CommandFixture: Sendable {
    let folder: TemporaryFolder
    /// Looks at the engine that the commands use, whatever stands between.
    var probe = EngineProbe()
    /// Where the commands look for it, as in `DOCKER_HOST`.
    var engine = "\(TestEngine.address)"

    var home: String { folder.file("home") }

    static func with(_ body: (CommandFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in try await CommandFixture(folder: folder).use(body) }
    }

    /// The same with something between the commands and the engine.
    static func withProxy(_ body: (CommandFixture, EngineProxy) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let proxy = try EngineProxy(in: folder)
            defer { proxy.close() }
            try await CommandFixture(folder: folder, engine: "unix://\(proxy.path)").use { try await body($0, proxy) }
        }
    }

    func use(_ body: (CommandFixture) async throws -> Void) async throws {
        await EngineTurns.all.take()
        defer { EngineTurns.all.give() }
        do {
            try await body(self)
        } catch {
            try await stopDaemon()
            try removeLeftovers()
            throw error
        }
        try await stopDaemon()
        let leftovers = try removeLeftovers()
        #expect(leftovers.isEmpty, "containers were left behind")
    }

    /// The process id of the daemon that has the data folder, if there is one.
    var daemon: Int32? { DaemonFixture(folder: folder).holder }

    /// Ends the daemon that the commands have started, with what still runs, and waits for its end.
    func stopDaemon(by signal: Int32 = SIGTERM) async throws {
        guard let daemon else { return }
        kill(daemon, signal)
        for _ in 0..<1200 where kill(daemon, 0) == 0 { try await Task.sleep(for: .milliseconds(50)) }
        guard kill(daemon, 0) == 0 else { return }
        kill(daemon, SIGKILL)
        Issue.record("the daemon did not end within a minute")
    }

    /// The installation's id, once its database has been made: read directly, for it is asked for often.
    func installation() -> String? {
        let path = "\(home)/caisson.db"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        // ignored: it is only just being made
        return try? DatabaseQueue(path: path, configuration: configuration).read { database in
            try String.fetchOne(database, sql: "SELECT id FROM installation")
        }
    }

    /// Removes what this installation has in the engine and gives the containers among it.
    @discardableResult
    func removeLeftovers() throws -> [String] {
        guard let installation = installation() else { return [] }
        return try probe.removeAll(of: installation)
    }

    /// Runs `caisson` to its end.
    func caisson(_ arguments: String..., stdin: Data? = nil, environment: [String: String] = [:]) async throws
        -> Outcome
    {
        try await start(arguments, stdin: stdin, environment: environment).outcome()
    }

    /// `caisson run` in one of our images.
    func run(image: String = "shell", _ flags: [String] = [], _ command: String..., stdin: Data? = nil) async throws
        -> Outcome
    {
        try await start(["run", "--image", image] + flags + ["--"] + command, stdin: stdin).outcome()
    }

    /// - Parameter gate: becomes the command's standard input, in place of `stdin`: it ends when the pipe is closed.
    func start(
        _ arguments: [String], stdin: Data? = nil, gate: Pipe? = nil, environment: [String: String] = [:]
    ) throws -> RunningCommand {
        try RunningCommand(
            program: TestEngine.programs.appending(path: "caisson"), arguments,
            environment: self.environment.merging(environment) { _, given in given }, stdin: stdin, gate: gate)
    }

    /// That of every command of this data folder: a daemon that one of them starts ends with all that it has begun.
    var environment: [String: String] {
        ProcessInfo.processInfo.environment.merging(
            ["CAISSON_HOME": home, "DOCKER_HOST": engine, "CAISSON_DRAIN": "cancel"]) { _, own in own }
    }

    /// Waits until `condition` holds, for at most thirty seconds.
    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let seen = try await caisson("show", "@latest")
        Issue.record("\(what) did not come about within thirty seconds: \(seen.out)\(seen.err)")
        throw POSIXError(.ETIMEDOUT)
    }

    /// The newest job as `caisson show` has it.
    func latest() async throws -> JSONValue {
        let shown = try await caisson("show", "@latest", "-o", "json")
        return try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
    }

    /// Waits until the engine has a running container of this installation, and gives its name.
    func runningContainer() async throws -> String {
        var found = ""
        try await eventually("a running container") {
            guard let installation = installation() else { return false }
            for name in try probe.containers(named: "caisson-\(installation)-") where !name.contains("-cell-") {
                if try probe.inspect(name)["State"]?["Running"] == true { found = name }
            }
            return !found.isEmpty
        }
        return found
    }
}

/// What a finished command has left.
struct Outcome: Sendable {
    let status: Int32
    let stdout: Data
    let stderr: Data

    var out: String { String(decoding: stdout, as: UTF8.self) }
    var err: String { String(decoding: stderr, as: UTF8.self) }
}

/// A started command whose output goes to files, so that no pipe can fill.
// Safe because: everything is set in init, and `Process` is used by one task at a time.
final class RunningCommand: @unchecked Sendable {
    private let process = Process()
    private let folder: URL
    private let ended: AsyncStream<Void>

    var pid: Int32 { process.processIdentifier }

    init(
        program: URL, _ arguments: [String], environment: [String: String], stdin: Data?, gate: Pipe? = nil,
        stdout: Pipe? = nil
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caisson-command-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for name in ["in", "out", "err"] {
            try (name == "in" ? stdin ?? Data() : Data()).write(to: folder.appending(path: name))
        }
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        let files = try (
            FileHandle(forReadingFrom: folder.appending(path: "in")),
            FileHandle(forWritingTo: folder.appending(path: "out")),
            FileHandle(forWritingTo: folder.appending(path: "err"))
        )
        // A command that has ended too soon is told by its outcome, not by the end of the tests that write to it.
        signal(SIGPIPE, SIG_IGN)
        process.standardInput = gate ?? files.0
        process.standardOutput = stdout ?? files.1
        process.standardError = files.2
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        self.ended = ended
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        // The child has its own; ours would pile up, and each further start goes through all that are open.
        for file in [files.0, files.1, files.2] { try file.close() }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }  // ignored: it lies in the folder for temporary files

    func send(_ signal: Int32) { kill(pid, signal) }

    /// What it has written to stdout so far.
    func outputSoFar() throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: "out")), as: UTF8.self)
    }

    /// What it has written to stderr so far.
    func errorSoFar() throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: "err")), as: UTF8.self)
    }

    func outcome() async throws -> Outcome {
        for await _ in ended {}
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            stdout: try Data(contentsOf: folder.appending(path: "out")),
            stderr: try Data(contentsOf: folder.appending(path: "err")))
    }
}
