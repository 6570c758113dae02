import Foundation
import Glibc
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import ControlAPI

@Suite struct SocketPlaceTests {
    private func server(_ path: String, _ latch: Latch = Latch()) -> ControlServer {
        ControlServer(
            path: path, routes: [], ids: SeededIDs(seed: 1),
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }, whenListening: { latch.open() })
    }

    /// Runs a server, calls `body` while it listens, and stops it.
    private func serving(_ path: String, _ body: () async throws -> Void) async throws {
        let latch = Latch()
        let group = ServiceGroup(
            configuration: .init(
                services: [server(path, latch)], logger: Logger(label: "g") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { latch.open() }
                try await group.run()
            }
            await latch.wait()
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    @Test("the socket is its user's alone, nothing else stands beside it, and it goes with the daemon")
    func life() async throws {
        try await TemporaryFolder.with { folder in
            try await serving(folder.file("control.sock")) {
                let modes = try folder.modes()
                #expect(modes == ["control.sock": 0o600])
            }
            #expect(try folder.modes().isEmpty)
        }
    }

    @Test("the socket of a daemon that was killed is replaced")
    func stale() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            close(try UnixSocket.listen(at: path, backlog: 1))
            let old = SocketPlace.Identity(path)
            #expect(old != nil)
            try await serving(path) {
                let descriptor = try UnixSocket.connect(to: path)
                close(descriptor)
            }
        }
    }

    @Test("a daemon that was killed while it began is no hindrance")
    func halfMade() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            mkdir("\(path).new", 0o700)
            close(try UnixSocket.listen(at: "\(path).new/s", backlog: 1))
            try await serving(path) {
                let modes = try folder.modes()
                #expect(modes == ["control.sock": 0o600])
            }
        }
    }

    @Test("the socket of a daemon that lives is not taken from it")
    func inUse() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            try await serving(path) {
                let before = SocketPlace.Identity(path)
                await #expect(throws: ControlAPIError.socketInUse(path: path)) { try await server(path).run() }
                #expect(SocketPlace.Identity(path) == before)
            }
        }
    }

    @Test("what is no socket is left where it is")
    func notASocket() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("a letter", to: "control.sock")
            await #expect(throws: ControlAPIError.notASocket(path: path)) { try await server(path).run() }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "a letter")
            #expect(try folder.modes().count == 1)
        }
    }

    @Test("a path of 107 bytes is listened at, a longer one is refused with its length")
    func length() async throws {
        try await TemporaryFolder.with { folder in
            let rest = 107 - folder.path.utf8.count - 1
            try await serving(folder.file(String(repeating: "s", count: rest))) {}
            let long = folder.file(String(repeating: "s", count: rest + 1))
            let error = await #expect(throws: ControlAPIError.self) { try await server(long).run() }
            #expect(error == .pathTooLong(path: long, bytes: 108))
            #expect(error?.message.contains("has 108 bytes") == true)
            #expect(error?.remedy?.contains("--socket") == true)
        }
    }

    @Test("a folder that is not there is named")
    func noFolder() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("none/control.sock")
            await #expect(throws: ControlAPIError.socketUnusable(path: path, reason: "No such file or directory")) {
                try await server(path).run()
            }
        }
    }

    @Test("a socket that somebody else has put there since is not taken away")
    func replaced() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("control.sock")
            try await serving(path) {
                unlink(path)
                close(try UnixSocket.listen(at: path, backlog: 1))
            }
            #expect(SocketPlace.Identity(path) != nil)
        }
    }
}
