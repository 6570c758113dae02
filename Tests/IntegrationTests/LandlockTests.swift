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
            "cell's group": tried(lambda: os.kill(1, signal.SIGTERM)), "itself": tried(lambda: os.kill(os.getpid(), 0)),
            "own child": tried(own_child), "own parent": tried(own_parent), "work": tried(move), "stdout": opened("/dev/stdout", os.O_WRONLY),
            "root": tried(lambda: os.listdir("/")), "devices": tried(lambda: os.listdir("/dev")), "etc": opened("/etc/passwd", os.O_RDONLY),
            "tmp": tried(lambda: os.rename(os.open("/tmp/x", os.O_CREAT) and "/tmp/x", "/tmp/y")),
        }
        json.dump(seen, open("result.json", "w"))
        """

    @Test("a tool cannot open the devices that no job needs, signal the cell, or write of /proc what is its own")
    func confined() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", Self.script)
            #expect(outcome.status == 0, "\(outcome.err)")
            let seen = try JSONDecoder().decode(
                JSONValue.self, from: try await caisson.caisson("result", "@latest").stdout)
            let job = try await Self.latest(caisson)
            let abi = Int(job["attestation"]?["landlock_abi"]?.integerValue ?? -1)
            // The kernel has it or not; a cell that does not say which is at fault.
            #expect(abi >= 0)
            let inForce = abi >= 2
            #expect(job["tool_posture"]?["landlock_abi"] == .integer(inForce ? Int64(abi) : 0))
            let shown = try await caisson.caisson("show", "@latest").out
            #expect(shown.contains(inForce ? "Landlock: ABI \(abi), in force around the tool\n" : "Landlock: NONE"))
            guard inForce else { return }

            for device in ["null", "zero", "full", "random", "urandom"] {
                for way in ["r", "w", "rw"] { #expect(seen["\(device) \(way)"] == "allowed", "\(device) \(way)") }
            }
            // Each of them makes a terminal, of which a host has a few thousand, whoever opens it and how.
            for device in ["ptmx", "pts/ptmx"] {
                for way in ["r", "w", "rw"] { #expect(seen["\(device) \(way)"] == "EACCES", "\(device) \(way)") }
            }
            let wanted: [String: JSONValue] = [
                "tty rw": "EACCES", "oom score r": "allowed", "oom score w": "EACCES", "timer slack w": "EACCES",
                "cell": abi >= 6 ? "EPERM" : "allowed", "cell's group": abi >= 6 ? "EPERM" : "allowed",
                "itself": "allowed", "own child": "allowed", "own parent": "allowed", "work": "allowed",
                "stdout": "allowed", "root": "allowed", "devices": "allowed", "etc": "allowed", "tmp": "allowed",
            ]
            for (name, value) in wanted { #expect(seen[name] == value, "\(name)") }
            // No list had a part in it: what a list refuses is counted.
            #expect(job["record"]?["refusals"] == [])
        }
    }

    @Test("a profile that requires Landlock runs where the kernel has it, and nowhere else")
    func required() async throws {
        try await CommandFixture.with { caisson in
            let own = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Profiles")
            for end in ["json", "outer.json", "inner.json"] {
                let text = try String(contentsOf: own.appending(path: "shell.\(end)"), encoding: .utf8)
                    .replacing("\"name\": \"shell\"", with: "\"name\": \"sure\"")
                    .replacing("when_available", with: "required")
                try caisson.folder.write(text, to: "sure.\(end)")
            }
            let flags = ["--profiles", caisson.folder.path, "--profile", "sure"]
            let outcome = try await caisson.run(flags, "sh", "-c", "echo hi > /dev/stdout; echo no > /dev/null")
            let abi = try await Self.latest(caisson)["attestation"]?["landlock_abi"]?.integerValue ?? 0
            if abi >= 2 {
                #expect(outcome.status == 0 && outcome.out == "hi\n", "\(outcome.err)")
            } else {
                #expect(outcome.status == 9, "\(outcome.err)")
                #expect(outcome.err.contains("errored: cell: Landlock is"), "\(outcome.err)")
                #expect(outcome.out == "")
            }
        }
    }

    @Test("a profile whose outer list does not let the cell ask for Landlock starts no job")
    func silent() async throws {
        try await CommandFixture.with { caisson in
            let own = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Profiles")
            for end in ["json", "outer.json", "inner.json"] {
                let text = try String(contentsOf: own.appending(path: "shell.\(end)"), encoding: .utf8)
                    .replacing("\"name\": \"shell\"", with: "\"name\": \"mute\"")
                    .replacing("\"landlock_create_ruleset\", ", with: "")
                try caisson.folder.write(text, to: "mute.\(end)")
            }
            let flags = ["--profiles", caisson.folder.path, "--profile", "mute"]
            let outcome = try await caisson.run(flags, "echo", "never")
            #expect(outcome.status == 9 && outcome.out == "")
            #expect(outcome.err.contains("errored: cell: Landlock is not told"), "\(outcome.err)")
        }
    }

    private static func latest(_ caisson: CommandFixture) async throws -> JSONValue {
        try #require(try await caisson.latest()["attempts"]?.arrayValue?.first)
    }
}
