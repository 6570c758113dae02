import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// An engine of a test's own, which it may stop, kill and starve.
///
/// It lives in namespaces of its own for processes, mounts and the network (it would take the other engine's bridge away), so nothing of it outlives its process 1, a shell; and that ends
/// with its input, so when the test does, however it ends.
struct OwnEngine: Sendable {
    static let isPossible = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/dockerd")
    static let comment: Comment = "it starts an engine of its own, which only root may, and needs /usr/sbin/dockerd"

    /// Does what each line of its input says, and answers each with a line of its status.
    private static let script = """
        cd "$1" && mkdir data && echo '{}' > none.json || exit 1
        [ -z "$2" ] || mount -t tmpfs -o "size=$2" none data || exit 1
        up() {
            # Left behind by one that was killed: the numbers may be those of others now.
            rm -f pid exec/containerd/containerd.pid
            /usr/sbin/dockerd --config-file none.json --data-root "$PWD/data" --exec-root "$PWD/exec" --pidfile "$PWD/pid" \\
                --host "unix://$PWD/e.sock" --bridge=none --iptables=false --ip6tables=false "$@" </dev/null >>log 2>&1 &
            engine=$!
        }
        down() { kill -"$1" "$engine" && { wait "$engine" || true; } 2>/dev/null; }
        while read -r line; do eval "$line"; echo "status $?"; done
        """

    let caisson: CommandFixture
    private let folder: TemporaryFolder
    private let shell: RunningCommand
    private let gate = Pipe()

    var socket: String { folder.file("e.sock") }

    /// Calls `body` with an engine that has our shell image, and checks afterwards that no container is left in it.
    ///
    /// - Parameters:
    ///   - flags: of `dockerd`.
    ///   - disk: how much room it has, as tmpfs takes it; else that of the folder for temporary files.
    static func with(
        _ flags: String = "", disk: String = "", _ body: (OwnEngine, CommandFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let engine = try OwnEngine(in: folder, disk: disk)
            let result: Result<Void, any Error>
            do {
                try await engine.start(flags)
                try await engine.loadImage()
                try await engine.caisson.use { try await body(engine, $0) }
                try await engine.stop()
                result = .success(())
            } catch {
                let log = (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""  // ignored: none yet
                Issue.record("the engine's last words: \(log.suffix(2000))")
                result = .failure(error)
            }
            try engine.gate.fileHandleForWriting.close()
            _ = try await engine.shell.outcome()
            try result.get()
        }
    }

    private init(in folder: TemporaryFolder, disk: String) throws {
        self.folder = folder
        let socket = folder.file("e.sock")
        caisson = CommandFixture(folder: folder, probe: EngineProbe(path: socket), engine: "unix://\(socket)")
        shell = try RunningCommand(
            program: URL(filePath: "/usr/bin/unshare"),
            [
                "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", Self.script,
                "engine",
                folder.path, disk,
            ],
            environment: ProcessInfo.processInfo.environment, stdin: nil, gate: gate)
    }

    /// Starts it, and waits until it answers.
    func start(_ flags: String = "") async throws {
        try await tell("up \(flags)")
        try await caisson.eventually("an answer of the engine") {
            // ignored: it is not there yet
            (try? caisson.probe.request("GET", "/_ping"))?.status == 200
        }
    }

    /// Ends it by a signal, and waits for its end.
    func stop(_ signal: String = "TERM") async throws { try await tell("down \(signal)") }

    /// Has the shell in the engine's place do something; the working folder is that of the engine's files.
    func tell(_ line: String) async throws {
        let answers = try shell.outputSoFar().split(separator: "\n").count
        try gate.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
        try await caisson.eventually("an end of: \(line)") {
            try shell.outputSoFar().split(separator: "\n").count > answers
        }
        let status = try shell.outputSoFar().split(separator: "\n").last
        let words = try shell.errorSoFar()
        try #require(status == "status 0", "\(line): \(words)")
    }

    private func loadImage() async throws {
        let archive = try EngineProbe().request("GET", "/v1.41/images/get?names=caisson/shell:local").body
        let answer = try caisson.probe.request(
            "POST", "/v1.41/images/load?quiet=1", body: archive, type: "application/x-tar")
        try #require(answer.status == 200)
    }

    /// Makes a file in a container, as its tool's user; false if that does not run.
    func touch(_ path: String, in container: String) throws -> Bool {
        let body: JSONValue = ["Cmd": ["touch", .string(path)], "User": "65532"]
        let made = try caisson.probe.request(
            "POST", "/v1.41/containers\(container)/exec", body: try JSONEncoder().encode(body))
        guard let id = try made.json["Id"]?.stringValue else { return false }
        let begun = try caisson.probe.request("POST", "/v1.41/exec/\(id)/start", body: Data(#"{"Detach":true}"#.utf8))
        return begun.status == 200
    }
}
