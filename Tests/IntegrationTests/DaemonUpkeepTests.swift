import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// What an operator does with a daemon that works: copy and check its database, end it; as real processes, without an engine.
@Suite struct DaemonUpkeepTests {
    @Test("the database is checked and copied while the daemon works, and a copy can be put back once it has ended")
    func copies() async throws {
        try await DaemonFixture.with { daemon in
            let running = try await daemon.serve()
            _ = try await daemon.start("queue", "set", "gpu", "--limit", "3").outcome()
            let sound = try await daemon.start("db", "check", "-o", "json").outcome()
            #expect(sound.status == 0)
            let view = try JSONDecoder().decode(JSONValue.self, from: sound.stdout)
            #expect(view == ["is_sound": true, "faults": []])
            let copy = daemon.folder.file("copy.db")
            let made = try await daemon.start("db", "backup", copy).outcome()
            #expect((made.status, made.out) == (0, "\(copy)\n"), "\(made.err)")
            #expect(try daemon.folder.mode(of: "copy.db") == 0o600)
            let bytes = try Data(contentsOf: URL(filePath: copy))
            let again = try await daemon.start("db", "backup", copy).outcome()
            #expect(again.status == 2)
            #expect(again.err.hasPrefix("error: output_unwritable: \(copy) is there already"), "\(again.err)")
            #expect(try Data(contentsOf: URL(filePath: copy)) == bytes)
            #expect(try await daemon.start("db", "check", copy).outcome().out == "sound\n")
            for words in [["restore", copy], ["vacuum"]] {
                let refused = try await RunningCommand(
                    program: TestEngine.programs.appending(path: "caisson"), ["db"] + words,
                    environment: daemon.environment(), stdin: nil
                ).outcome()
                #expect(refused.status == 4)
                #expect(refused.err.contains("`caisson stop --home \(daemon.home)`"), "\(refused.err)")
            }
            _ = try await daemon.start("queue", "set", "gpu", "--limit", "5").outcome()
            let stopped = try await daemon.start("stop").outcome()
            #expect(stopped.out.hasPrefix("daemon \(running.pid) has ended"), "\(stopped.out)\(stopped.err)")
            #expect(try await running.outcome().status == 0)
            #expect(try await daemon.start("db", "vacuum").outcome().status == 0)
            let restored = try await daemon.start("db", "restore", copy).outcome()
            #expect(restored.status == 0, "\(restored.err)")
            #expect(try await daemon.start("db", "check").outcome().out == "sound\n")
            let queues = try await daemon.start("queue", "stats").outcome().out
            #expect(queues.contains("gpu") && queues.contains(" 3 ") && !queues.contains(" 5 "), "\(queues)")
            let offline = try await daemon.start("db", "backup", daemon.folder.file("offline.db")).outcome()
            #expect(offline.status == 0, "\(offline.err)")
            let names = try FileManager.default.contentsOfDirectory(atPath: daemon.folder.path).sorted()
            #expect(names == ["copy.db", "home", "offline.db"], "nothing half made stays")
            let left = try FileManager.default.contentsOfDirectory(atPath: daemon.home).filter { $0.contains("copy") }
            #expect(left.isEmpty)
        }
    }

    @Test("a copy that cannot be written is told, and leaves nothing")
    func unwritableCopy() async throws {
        try await DaemonFixture.with { daemon in
            let running = try await daemon.serve()
            let none = try await daemon.start("db", "backup", daemon.folder.file("none/copy.db")).outcome()
            #expect(none.status == 2)
            #expect(none.err.hasPrefix("error: output_unwritable: "), "\(none.err)")
            try daemon.folder.write("this is no database at all", to: "noise.db")
            let noise = try await daemon.start("db", "check", daemon.folder.file("noise.db")).outcome()
            #expect(noise.status == 9, "\(noise.out)")
            running.send(SIGTERM)
            #expect(try await running.outcome().status == 0)
        }
    }

    @Test("stop ends the daemon in order, is back once it is gone, and finds nothing to do without one")
    func stop() async throws {
        try await DaemonFixture.with { daemon in
            let running = try await daemon.serve("--drain", "leave")
            let stopped = try await daemon.start("stop", "--drain", "cancel", "-o", "json").outcome()
            #expect(stopped.status == 0, "\(stopped.err)")
            let view = try JSONDecoder().decode(JSONValue.self, from: stopped.stdout)
            #expect(view == ["was_there": true, "pid": .integer(Int64(running.pid)), "drain": "cancel"])
            // It is gone by now: neither its socket nor its lock is there any more.
            #expect(daemon.holder == nil)
            #expect(!FileManager.default.fileExists(atPath: daemon.socket))
            #expect(try await running.outcome().status == 0)
            #expect(daemon.log.contains("msg=stopping drain=cancel reason=client"), "\(daemon.log)")
            let none = try await daemon.start("stop").outcome()
            #expect((none.status, none.out) == (0, ""))
            #expect(none.err == "caisson: no daemon works in \(daemon.home)\n")
            let status = try await daemon.start("status").outcome()
            #expect(status.out.hasPrefix("daemon   none"), "\(status.out)")
        }
    }

    @Test(
        "on a data folder that cannot be written to, the daemon ends with one line, and leaves neither socket nor process id",
        .enabled(if: geteuid() == 0, "it mounts a tmpfs, which only root may"))
    func readOnly() async throws {
        try await DaemonFixture.with { daemon in
            try FileManager.default.createDirectory(atPath: daemon.home, withIntermediateDirectories: false)
            try #require(mount("none", daemon.home, "tmpfs", UInt(MS_RDONLY), "size=1m,mode=700") == 0)
            defer { umount2(daemon.home, Int32(MNT_DETACH)) }
            let outcome = try await daemon.start("serve").outcome()
            #expect(outcome.status == 9)
            #expect(outcome.out.isEmpty)
            let errors = outcome.err.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(
                errors == ["error: store_unavailable: \(daemon.home)/lock cannot be used: Read-only file system."],
                "\(outcome.err)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.home).isEmpty)
        }
    }
}
