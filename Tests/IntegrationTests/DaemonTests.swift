import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// The life of `caisson serve`, as real processes, without an engine.
@Suite struct DaemonTests {
    private func leftovers(_ daemon: DaemonFixture) -> [String] {
        ["control.sock", "daemon.pid"].filter { FileManager.default.fileExists(atPath: "\(daemon.home)/\($0)") }
    }

    @Test("it listens for its owner alone, and ends in order at one signal", arguments: [SIGTERM, SIGINT])
    func life(_ signal: Int32) async throws {
        try await DaemonFixture.with { daemon in
            let running = try await daemon.serve()
            try await daemon.eventually("its word that it is ready") { daemon.log.contains("msg=ready") }
            var status = stat()
            #expect(lstat(daemon.socket, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(try daemon.ask("/version").status == 200)
            #expect(try daemon.ask("/nothing").status == 404)
            running.send(signal)
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)\(daemon.log)")
            #expect(leftovers(daemon).isEmpty)
            let lines = daemon.log.split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.contains("msg=stopping drain=leave reason=signal") }, "\(daemon.log)")
            #expect(lines.last?.contains("msg=ended end=orderly") == true, "\(daemon.log)")
            #expect(
                lines.contains { $0.contains("error.code=engine_unreachable") }, "the engine is down, and that is told")
        }
    }

    @Test("a second daemon ends at once with status 4 and names the first, which goes on")
    func second() async throws {
        try await DaemonFixture.with { daemon in
            let first = try await daemon.serve()
            let second = try await daemon.start("serve").outcome()
            #expect(second.status == 4)
            #expect(
                second.err.hasPrefix(
                    "error: store_locked: The data folder \(daemon.home) is in use by process \(first.pid).\n"),
                "\(second.err)")
            #expect(try daemon.ask("/version").status == 200)
            first.send(SIGTERM)
            #expect(try await first.outcome().status == 0)
        }
    }

    @Test("the daemon of another folder does not take a socket at which somebody listens")
    func takenSocket() async throws {
        try await DaemonFixture.with { daemon in
            let first = try await daemon.serve()
            let other = try await daemon.start(
                "serve", "--home", daemon.folder.file("other"), "--socket", daemon.socket
            ).outcome()
            #expect(other.status == 4)
            #expect(other.err.contains("Another process already listens at \(daemon.socket)"), "\(other.err)")
            #expect(try daemon.ask("/version").status == 200)
            first.send(SIGTERM)
            _ = try await first.outcome()
        }
    }

    @Test("what a daemon that was killed has left is no hindrance to the next one")
    func killed() async throws {
        try await DaemonFixture.with { daemon in
            let first = try await daemon.serve()
            first.send(SIGKILL)
            _ = try await first.outcome()
            #expect(leftovers(daemon) == ["control.sock"])
            let second = try await daemon.serve()
            #expect(try daemon.ask("/version").status == 200)
            second.send(SIGTERM)
            #expect(try await second.outcome().status == 0)
            #expect(leftovers(daemon).isEmpty)
        }
    }

    @Test("HUP opens the log anew")
    func hangUp() async throws {
        try await DaemonFixture.with { daemon in
            let running = try await daemon.serve()
            try await daemon.eventually("its word that it is ready") { daemon.log.contains("msg=ready") }
            try FileManager.default.moveItem(
                atPath: "\(daemon.home)/daemon.log", toPath: "\(daemon.home)/daemon.log.aside")
            running.send(SIGHUP)
            try await daemon.eventually("a new log") {
                FileManager.default.fileExists(atPath: "\(daemon.home)/daemon.log")
            }
            running.send(SIGTERM)
            #expect(try await running.outcome().status == 0)
            #expect(daemon.log.contains("msg=ended"))
            #expect(!daemon.log.contains("level=error"), "an orderly end is no error: \(daemon.log)")
        }
    }

    @Test("all mistakes of its settings are told, and nothing is made")
    func settings() async throws {
        try await DaemonFixture.with { daemon in
            let outcome = try await daemon.start(
                "serve", "--drain", "abandon", "--set", "slots=0", "--idle-exit", "1y"
            ).outcome()
            #expect(outcome.status == 2)
            let errors = outcome.err.split(separator: "\n").filter { $0.hasPrefix("error: invalid_input: ") }
            #expect(errors.count == 3, "\(outcome.err)")
            #expect(outcome.err.contains(#"drain is "abandon" (--drain), but must be leave or finish or cancel."#))
            #expect(!FileManager.default.fileExists(atPath: daemon.home))
        }
    }

    @Test("a start that fails undoes what came before: no socket, and the folder is free")
    func failedStart() async throws {
        try await DaemonFixture.with { daemon in
            // A database that is none.
            try FileManager.default.createDirectory(
                atPath: daemon.home, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try Data("no database at all, but long enough to be looked at as one".utf8).write(
                to: URL(filePath: "\(daemon.home)/caisson.db"))
            let broken = try await daemon.start("serve").outcome()
            #expect(broken.status == 9)
            #expect(broken.err.hasPrefix("error: store_corrupt: "), "\(broken.err)")
            #expect(leftovers(daemon).isEmpty)
            // The socket's folder does not exist: the database was open by then.
            try FileManager.default.removeItem(atPath: "\(daemon.home)/caisson.db")
            let homeless = try await daemon.start("serve", "--socket", daemon.folder.file("no/x.sock")).outcome()
            #expect(homeless.status == 9)
            #expect(homeless.err.contains("its folder does not exist"), "\(homeless.err)")
            #expect(homeless.err.split(separator: "\n").filter { $0.hasPrefix("error: ") }.count == 1)
            let fine = try await daemon.serve()
            fine.send(SIGTERM)
            #expect(try await fine.outcome().status == 0)
        }
    }

    @Test("it ends by itself when nobody needs it, and leaves nothing")
    func idleExit() async throws {
        try await DaemonFixture.with { daemon in
            let outcome = try await daemon.start("serve", "--idle-exit", "100ms").outcome()
            #expect(outcome.status == 0)
            #expect(daemon.log.contains("msg=stopping drain=leave reason=idle"), "\(daemon.log)")
            #expect(leftovers(daemon).isEmpty)
        }
    }

    @Test("systemd is told when it listens and when it ends")
    func notify() async throws {
        try await DaemonFixture.with { daemon in
            let path = daemon.folder.file("notify.sock")
            let manager = try UnixSocket.receiver(at: path)
            defer { close(manager) }
            let running = try await daemon.serve(environment: ["NOTIFY_SOCKET": path])
            #expect(UnixSocket.received(manager) == "READY=1")
            running.send(SIGTERM)
            #expect(try await running.outcome().status == 0)
            #expect(UnixSocket.received(manager) == "STOPPING=1")
        }
    }

    @Test("status tells whether a daemon is there, and starts none")
    func status() async throws {
        try await DaemonFixture.with { daemon in
            try FileManager.default.createDirectory(
                atPath: daemon.home, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            let none = try await daemon.start("status").outcome()
            #expect(none.status == 0, "\(none.err)")
            #expect(none.out.hasPrefix("daemon   none; the first job"), "\(none.out)")
            let running = try await daemon.serve()
            let there = try await daemon.start("status", "-o", "json").outcome()
            let view = try JSONDecoder().decode(JSONValue.self, from: there.stdout)
            #expect(view["daemon"]?["pid"] == .integer(Int64(running.pid)))
            #expect(view["recent"] == [])
            // There is no engine.
            #expect(there.status == 1)
            let checks = view["health"]?["checks"]?.arrayValue ?? []
            let healthy = checks.filter { $0["is_healthy"] == true }.compactMap { $0["name"]?.stringValue }
            #expect(healthy == ["store", "disk"])
            let health = try daemon.ask("/health")
            #expect(health.status == 503)
            #expect(health.body.contains("\"name\":\"engine\""), "\(health.body)")
            running.send(SIGTERM)
            #expect(try await running.outcome().status == 0)
        }
    }

    @Test("settings are shown with their values and origins")
    func config() async throws {
        try await DaemonFixture.with { daemon in
            let file = try daemon.folder.write("slots: 3\n", to: "c.yaml")
            let shown = try await daemon.start(
                "config", "show", "--config", file, "-o", "json", environment: ["CAISSON_DRAIN": "finish"]
            ).outcome()
            let entries = try JSONDecoder().decode([JSONValue].self, from: shown.stdout)
            #expect(
                entries == [
                    ["key": "drain", "value": "finish", "origin": "CAISSON_DRAIN", "is_default": false],
                    ["key": "slots", "value": "3", "origin": .string("\(file):1:8"), "is_default": false],
                ])
            let all = try await daemon.start("config", "show", "--effective").outcome()
            #expect(all.out.contains("\nqueue_defaults.weight"))
            #expect(try await daemon.start("config", "check", file).outcome().status == 0)
            let bad = try daemon.folder.write("slots: 3000\n", to: "bad.yaml")
            #expect(try await daemon.start("config", "check", bad).outcome().status == 2)
        }
    }
}
