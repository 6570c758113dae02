import Daemon
import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// A data folder of its own, without an engine, and daemons in it; they are killed when the test is over.
struct DaemonFixture: Sendable {
    let folder: TemporaryFolder

    var home: String { folder.file("home") }
    var socket: String { "\(home)/control.sock" }

    static func with(_ body: (DaemonFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let fixture = DaemonFixture(folder: folder)
            defer { if let pid = fixture.holder { kill(pid, SIGKILL) } }
            try await body(fixture)
        }
    }

    /// The process that has the data folder, by what its lock says.
    var holder: pid_t? {
        // ignored: there is no folder yet
        let text = try? String(contentsOfFile: "\(home)/lock", encoding: .utf8)
        guard let pid = text.flatMap({ pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }) else { return nil }
        // ignored: the process is gone
        let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
        return name == "caisson\n" ? pid : nil
    }

    func environment(_ more: [String: String] = [:]) -> [String: String] {
        var all = ProcessInfo.processInfo.environment
        all["DOCKER_HOST"] = "unix://\(folder.file("no-engine.sock"))"
        all["CAISSON_HOME"] = home
        return all.merging(more) { _, given in given }
    }

    func start(_ arguments: String..., environment more: [String: String] = [:]) throws -> RunningCommand {
        try RunningCommand(
            program: TestEngine.programs.appending(path: "caisson"), arguments, environment: environment(more),
            stdin: nil)
    }

    /// A daemon that listens.
    func serve(_ arguments: String..., environment more: [String: String] = [:]) async throws -> RunningCommand {
        let running = try RunningCommand(
            program: TestEngine.programs.appending(path: "caisson"), ["serve"] + arguments,
            environment: environment(more), stdin: nil)
        try await eventually("a daemon that listens") { ControlSocket.answers(socket) }
        return running
    }

    func launcher(_ more: [String: String] = [:]) -> DaemonLauncher {
        DaemonLauncher(
            program: TestEngine.programs.appending(path: "caisson").path, home: home, socket: socket,
            configurationFile: nil, environment: environment(more))
    }

    var log: String {
        // ignored: it has not begun
        (try? String(contentsOfFile: "\(home)/daemon.log", encoding: .utf8)) ?? ""
    }

    /// Waits until `condition` holds, for at most thirty seconds.
    func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
        for _ in 0..<300 {
            if try condition() { return }
            try await pause()
        }
        Issue.record("\(what) did not come about within thirty seconds: \(log)")
        throw POSIXError(.ETIMEDOUT)
    }

    /// About a tenth of a second; nothing may depend on how long it really is.
    func pause() async throws {
        let sleep = try RunningCommand(
            program: URL(filePath: "/bin/sleep"), ["0.1"], environment: [:], stdin: nil)
        _ = try await sleep.outcome()
    }

    struct Answer: Sendable {
        let status: Int
        let body: String
    }

    /// The other end was closed before there was an answer: nothing was done.
    struct Gone: Error {}

    /// Asks the daemon once.
    func ask(_ path: String) throws -> Answer {
        let descriptor: Int32
        do { descriptor = try UnixSocket.connect(to: socket) } catch { throw Gone() }
        defer { close(descriptor) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: caisson\r\nConnection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Gone()
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let status = Int(text.split(separator: " ").dropFirst().first ?? "") else { throw Gone() }
        return Answer(status: status, body: text.components(separatedBy: "\r\n\r\n").last ?? "")
    }
}
