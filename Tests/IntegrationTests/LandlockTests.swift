import Foundation
import Model
import TestSupport
import Testing

/// What Landlock adds on the real engine: nothing of it is refused by a list of system calls or by a file's mode.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct LandlockTests {
    private static let script = """
        import errno, json, os, signal, stat, subprocess, sys
        def tried(f):
            try:
                f(); return "allowed"
            except OSError as e:
                return errno.errorcode[e.errno]
        def opened(path, flags):
            return tried(lambda: os.close(os.open(path, flags | os.O_NOCTTY)))
        def own_child():
            child = subprocess.Popen(["sleep", "600"]); child.send_signal(signal.SIGTERM); assert child.wait() == -15
        def own_parent():
            assert subprocess.run([sys.executable, "-c", "import os; os.kill(os.getppid(), 0)"]).returncode == 0
        def move():
            os.makedirs("a/b"); os.makedirs("c"); open("a/b/x", "w").close()
            os.rename("a/b/x", "c/x"); os.link("c/x", "a/y"); os.truncate(os.open("c/x", os.O_RDWR), 3)
            os.symlink("c", "l"); os.unlink("l"); os.unlink("a/y"); os.rmdir("a/b"); os.mkfifo("f")
        seen = {f"{name} {word}": opened(f"/dev/{name}", flag) for name in ["null", "zero", "full", "random", "urandom", "ptmx", "pts/ptmx", "tty"]
                for word, flag in [("r", os.O_RDONLY), ("w", os.O_WRONLY), ("rw", os.O_RDWR)]}
        seen |= {
            "oom score r": opened("/proc/self/oom_score_adj", os.O_RDONLY), "oom score w": opened("/proc/self/oom_score_adj", os.O_WRONLY),
            "timer slack w": opened("/proc/self/timerslack_ns", os.O_WRONLY), "cell": tried(lambda: os.kill(1, 0)),
            "cell's TERM": tried(lambda: os.kill(1, signal.SIGTERM)), "itself": tried(lambda: os.kill(os.getpid(), 0)),
            "own child": tried(own_child), "own parent": tried(own_parent), "work": tried(move), "stdout": opened("/dev/stdout", os.O_WRONLY),
            "root": tried(lambda: os.listdir("/")), "devices": tried(lambda: os.listdir("/dev")), "etc": opened("/etc/passwd", os.O_RDONLY),
            "tmp": tried(lambda: os.rename(os.open("/tmp/x", os.O_CREAT) and "/tmp/x", "/tmp/y")),
        }
        json.dump(seen, open("result.json", "w"))
        """

    /// Devices that are for everybody, and those of which each opening makes a terminal of the few thousand that a host has.
    private static let devices = ["null", "zero", "full", "random", "urandom"]
    private static let terminals = ["ptmx", "pts/ptmx"]

    @Test("a tool cannot open the devices that no job needs, signal the cell, or write of /proc what is its own")
    func confined() async throws {
        try await CommandFixture.with { caisson in
            let (seen, attempt) = try await Self.look(caisson, [])
            let abi = Int(attempt["attestation"]?["landlock_abi"]?.integerValue ?? -1)
            // The kernel has it or not; a cell that does not say which is at fault.
            #expect(abi >= 0)
            let inForce = abi >= 2
            // A newer one is used as the newest that the cell knows.
            let used = min(abi, 7)
            #expect(attempt["tool_posture"]?["landlock_abi"] == .integer(inForce ? Int64(used) : 0))
            let shown = try await caisson.caisson("show", "@latest").out
            #expect(shown.contains(inForce ? "Landlock: ABI \(used), in force around the tool\n" : "Landlock: NONE"))
            guard inForce else { return }

            var wanted = Self.allowed
            for device in Self.terminals { for way in ["r", "w", "rw"] { wanted["\(device) \(way)"] = "EACCES" } }
            for name in ["tty rw", "oom score w", "timer slack w"] { wanted[name] = "EACCES" }
            if abi >= 6 { for name in ["cell", "cell's TERM"] { wanted[name] = "EPERM" } }
            for (name, value) in wanted { #expect(seen[name] == value, "\(name)") }
            // No list had a part in it: what a list refuses is counted.
            #expect(attempt["record"]?["refusals"] == [])
        }
    }

    @Test("without Landlock all of that is left to a tool, and the job says that there was none")
    func absent() async throws {
        try await CommandFixture.with { caisson in
            let flags = try Self.write("bare", from: "python", to: caisson.folder, changing: Self.withoutLandlock)
            let (seen, attempt) = try await Self.look(caisson, flags)
            #expect(attempt["attestation"]?["landlock_abi"] == 0)
            #expect(attempt["tool_posture"]?["landlock_abi"] == 0)
            let shown = try await caisson.caisson("show", "@latest").out
            #expect(shown.contains("Landlock: NONE in this kernel\n"), "\(shown)")
            for (name, value) in Self.allowed { #expect(seen[name] == value, "\(name)") }
            #expect(attempt["record"]?["refusals"] == [])
        }
    }

    @Test("a profile that requires Landlock runs where the kernel has it, and nowhere else")
    func required() async throws {
        try await CommandFixture.with { caisson in
            let require: (String) -> String = { $0.replacing("when_available", with: "required") }
            let sure = try Self.write("sure", from: "shell", to: caisson.folder, changing: require)
            let outcome = try await caisson.run(sure, "sh", "-c", "echo hi > /dev/stdout; echo no > /dev/null")
            let abi = try await Self.latest(caisson)["attestation"]?["landlock_abi"]?.integerValue ?? 0
            if abi >= 2 { #expect(outcome.status == 0 && outcome.out == "hi\n", "\(outcome.err)") }

            let none = try Self.write("none", from: "shell", to: caisson.folder) { require(Self.withoutLandlock($0)) }
            let refused = try await caisson.run(none, "echo", "never")
            #expect(refused.status == 9 && refused.out == "")
            #expect(refused.err.contains("errored: cell: Landlock is none in this kernel"), "\(refused.err)")
            #expect(try await caisson.latest()["reason"] == "profile_not_applied")
        }
    }

    @Test("a profile whose outer list does not let the cell ask for Landlock starts no job")
    func silent() async throws {
        try await CommandFixture.with { caisson in
            let flags = try Self.write("mute", from: "shell", to: caisson.folder) {
                $0.replacing("\"landlock_create_ruleset\", ", with: "")
            }
            let outcome = try await caisson.run(flags, "echo", "never")
            #expect(outcome.status == 9 && outcome.out == "")
            #expect(outcome.err.contains("errored: cell: Landlock is not told"), "\(outcome.err)")
        }
    }

    /// What the script can do where nothing but Landlock would keep it from it.
    private static let allowed: [String: JSONValue] = {
        var wanted: [String: JSONValue] = [:]
        for device in devices + terminals { for way in ["r", "w", "rw"] { wanted["\(device) \(way)"] = "allowed" } }
        for name in [
            "oom score r", "oom score w", "timer slack w", "cell", "cell's TERM", "itself", "own child", "own parent",
            "work", "stdout", "root", "devices", "etc", "tmp",
        ] {
            wanted[name] = "allowed"
        }
        // There is no terminal; whether somebody may open it is asked first.
        wanted["tty rw"] = "ENXIO"
        return wanted
    }()

    /// An outer list that answers as a kernel without Landlock does.
    private static func withoutLandlock(_ list: String) -> String {
        let (call, start) = ("landlock_create_ruleset", "\"syscalls\": [")
        let answer = "{\"names\": [\"\(call)\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": \(ENOSYS)},"
        guard list.contains("\"\(call)\", ") else { return list }
        return list.replacing("\"\(call)\", ", with: "").replacing(start, with: start + answer)
    }

    /// Writes a changed copy of a built-in profile, and gives the flags by which a job runs under it.
    private static func write(
        _ name: String, from source: String, to folder: TemporaryFolder, changing: (String) -> String
    ) throws -> [String] {
        let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Profiles")
        var changes = 0
        for end in ["json", "outer.json", "inner.json"] {
            let text = try String(contentsOf: profiles.appending(path: "\(source).\(end)"), encoding: .utf8)
            let changed = changing(text)
            if changed != text { changes += 1 }
            try folder.write(
                changed.replacing("\"name\": \"\(source)\"", with: "\"name\": \"\(name)\""), to: "\(name).\(end)")
        }
        #expect(changes > 0)
        return ["--profiles", folder.path, "--profile", name]
    }

    /// What the script has seen, and the attempt that it ran in.
    private static func look(_ caisson: CommandFixture, _ flags: [String]) async throws -> (JSONValue, JSONValue) {
        let outcome = try await caisson.run(image: "python", flags, "python3", "-c", script)
        #expect(outcome.status == 0, "\(outcome.err)")
        let printed = try await caisson.caisson("result", "@latest")
        return (try JSONDecoder().decode(JSONValue.self, from: printed.stdout), try await latest(caisson))
    }

    private static func latest(_ caisson: CommandFixture) async throws -> JSONValue {
        try #require(try await caisson.latest()["attempts"]?.arrayValue?.first)
    }
}
