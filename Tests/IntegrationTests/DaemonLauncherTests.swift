import Daemon
import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// Daemons that are started by need.
@Suite struct DaemonLauncherTests {
    private func starts(_ daemon: DaemonFixture) -> Int { daemon.log.components(separatedBy: "msg=starting").count - 1 }

    @Test("where no daemon is, one is started: detached, in /, with its own streams, and it stays")
    func fromNothing() async throws {
        try await DaemonFixture.with { daemon in
            // A descriptor that is not closed at an exec, as a script's lock.
            let held = open("/dev/null", O_RDONLY)
            defer { close(held) }
            try await daemon.launcher().ensure()
            #expect(try daemon.ask("/version").status == 200)
            let pid = try #require(daemon.holder)
            #expect(getsid(pid) == pid)
            func link(_ name: String) throws -> String {
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/\(name)")
            }
            #expect(try link("cwd") == "/")
            #expect(try link("fd/0") == "/dev/null")
            #expect(try link("fd/2") == "\(daemon.home)/daemon.stderr")
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap {
                try? link("fd/\($0)")  // ignored: closed meanwhile
            }
            #expect(open.filter { $0 == "/dev/null" }.count == 1, "what its starter has open is not its: \(open)")
            try await daemon.launcher(["CAISSON_AUTOSTART": "0"]).ensure()
            #expect(starts(daemon) == 1)
        }
    }

    @Test("of many clients that come at once one starts the daemon, and all find it")
    func race() async throws {
        try await DaemonFixture.with { daemon in
            try await withThrowingTaskGroup(of: Int.self) { clients in
                for _ in 0..<8 {
                    clients.addTask {
                        try await daemon.launcher().use(isGone: { $0 is DaemonFixture.Gone }) {
                            try daemon.ask("/version").status
                        }
                    }
                }
                for try await status in clients { #expect(status == 200) }
            }
            #expect(starts(daemon) == 1)
        }
    }

    @Test("a client that comes just when the daemon leaves finds the next one")
    func leaving() async throws {
        try await DaemonFixture.with { daemon in
            let launcher = daemon.launcher(["CAISSON_IDLE_EXIT": "100ms"])
            struct Leaving: Error {}
            for _ in 0..<15 {
                let status = try await launcher.use(isGone: { $0 is DaemonFixture.Gone || $0 is Leaving }) {
                    let answer = try daemon.ask("/version")
                    if answer.status == 503 { throw Leaving() }
                    return answer.status
                }
                #expect(status == 200)
                // Often as long as the daemon waits.
                try await daemon.pause()
            }
            try await daemon.eventually("the end of the last one") { daemon.holder == nil }
            #expect(!FileManager.default.fileExists(atPath: daemon.socket))
        }
    }

    @Test("where none may be started, that is told")
    func forbidden() async throws {
        try await DaemonFixture.with { daemon in
            let (launcher, socket) = (daemon.launcher(["CAISSON_AUTOSTART": "0"]), daemon.socket)
            await #expect(throws: LaunchError.forbidden(socket: socket)) { try await launcher.ensure() }
            #expect(!FileManager.default.fileExists(atPath: daemon.home))
        }
    }

    @Test("what is wrong with a daemon that cannot start is told in its words")
    func failure() async throws {
        try await DaemonFixture.with { daemon in
            let launcher = daemon.launcher(["CAISSON_SLOTS": "0"])
            let error = await #expect(throws: RelayedError.self) { try await launcher.ensure() }
            #expect(error?.code == .invalidInput)
            #expect(error?.message.hasPrefix("slots is \"0\" (CAISSON_SLOTS)") == true)
            let worse = daemon.launcher(["CAISSON_SLOTS": "0", "CAISSON_DRAIN": "x"])
            let errors = await #expect(throws: RelayedMistakes.self) { try await worse.ensure() }
            #expect(errors?.mistakes.count == 2)
        }
    }

    @Test("a program that is no daemon is told, too")
    func wrongProgram() async throws {
        try await DaemonFixture.with { daemon in
            let (home, socket, environment) = (daemon.home, daemon.socket, daemon.environment())
            func launcher(_ program: String) -> DaemonLauncher {
                DaemonLauncher(
                    program: program, home: home, socket: socket, configurationFile: nil, environment: environment)
            }
            let silent = launcher("/bin/true")
            await #expect(throws: LaunchError.died(home: home)) { try await silent.ensure() }
            let missing = launcher("/no/such/program")
            await #expect(throws: LaunchError.self) { try await missing.ensure() }
        }
    }
}
