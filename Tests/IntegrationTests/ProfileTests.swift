import Foundation
import Model
import TestSupport
import Testing

/// What each profile promises and refuses, on the real engine: many checks in one sandbox, from the scripts of `Tests/Corpus`.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct ProfileTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    struct Promise: Sendable, CustomTestStringConvertible {
        let image: String
        /// `nil` for the one that the image gets by itself.
        var profile: String?
        let script: String
        let command: [String]
        /// Checks that the script makes, so that none is lost in silence.
        let checks: Int
        var arguments: [String] = []
        var testDescription: String { "\(script) under \(profile ?? "the image's profile")" }
    }

    @Test(
        "every check of a class's corpus passes",
        arguments: [
            Promise(image: "shell", script: "shell.sh", command: ["sh"], checks: 68),
            Promise(image: "python", script: "python.py", command: ["python3"], checks: 21),
            Promise(image: "python", profile: "shell", script: "shell.sh", command: ["sh"], checks: 68),
            Promise(image: "python", profile: "python", script: "shell.sh", command: ["sh"], checks: 68),
            Promise(image: "node", script: "node.js", command: ["node"], checks: 17),
            Promise(image: "build", script: "build.sh", command: ["sh"], checks: 27),
            Promise(image: "shell", profile: "build", script: "shell.sh", command: ["sh"], checks: 68),
            Promise(
                image: "python", profile: "python+services", script: "services.py", command: ["python3"], checks: 9),
            Promise(
                image: "python", profile: "strict+services", script: "services.py", command: ["python3"], checks: 4,
                arguments: ["ipv4", "ipv6", "options", "epoll"]),
            Promise(image: "node", profile: "node+services", script: "services.js", command: ["node"], checks: 4),
            Promise(image: "shell", profile: "shell+services", script: "services.sh", command: ["sh"], checks: 4),
        ])
    func promises(_ promise: Promise) async throws {
        try await run(promise)
    }

    @Test(
        "every profile refuses what no job may do, and leaves a thread to all",
        arguments: [
            ("strict", 78), ("shell", 73), ("python", 71), ("node", 71), ("build", 73), ("strict+services", 78),
            ("python+services", 71), ("build+services", 73),
        ])
    func refuses(_ profile: String, checks: Int) async throws {
        try await run(
            Promise(
                image: "python", profile: profile, script: "refused.py", command: ["python3"], checks: checks,
                arguments: [profile]))
    }

    @Test(
        "a call that no job may make ends the job, whatever its profile",
        arguments: ["init_module": 175, "kexec_load": 246, "reboot": 169, "acct": 163, "swapon": 167])
    func forbidden(call: String, number: Int) async throws {
        try await CommandFixture.with { caisson in
            let script = "import ctypes; ctypes.CDLL(None).syscall(\(number), 0, 0, 0, 0, 0); print('still there')"
            let outcome = try await caisson.run(
                image: "python", number == 169 ? ["--profile", "strict"] : [], "python3", "-c", script)
            #expect(outcome.out == "")
            #expect(outcome.err.contains("signal 31, which ends whoever makes a system call that no job may make"))
            #expect(outcome.status == 1)
        }
    }

    private func run(_ promise: Promise) async throws {
        try await CommandFixture.with { caisson in
            let script = Self.corpus.appending(path: promise.script).path
            let flags = ["--file", script] + (promise.profile.map { ["--profile", $0] } ?? [])
            let outcome = try await caisson.start(
                ["run", "--image", promise.image] + flags + ["--"] + promise.command + [promise.script]
                    + promise.arguments
            ).outcome()
            let lines = outcome.out.split(separator: "\n")
            #expect(lines.filter { !$0.hasPrefix("ok ") } == ["done"], "\(outcome.err)")
            #expect(lines.count == promise.checks + 1)
            #expect(outcome.status == 0, "\(outcome.err)")
        }
    }

    @Test("one program runs under strict, static or dynamic; a second process does not, and says so")
    func strict() async throws {
        try await CommandFixture.with { caisson in
            let flags = ["--profile", "strict"]
            let plain = try await caisson.run(flags, "busybox", "echo", "one program")
            #expect(plain.out == "one program\n" && plain.status == 0, "\(plain.err)")
            let program = """
                import json, sqlite3, threading
                db = sqlite3.connect("x.db"); db.execute("create table t(x)"); db.commit()
                thread = threading.Thread(target=lambda: json.dump({"threads": threading.active_count()}, open("result.json", "w")))
                thread.start(); thread.join()
                """
            let python = try await caisson.run(image: "python", flags, "python3", "-c", program)
            #expect(python.status == 0, "\(python.err)")
            #expect(try await caisson.caisson("result", "@latest").out == "{\"threads\": 2}\n")
            let fork = try await caisson.run(image: "python", flags, "python3", "-c", "import os; os.fork()")
            #expect(fork.status == 1)
            #expect(fork.err.contains("PermissionError: [Errno 1] Operation not permitted"))
            let shell = try await caisson.run(flags, "sh", "-c", "true | true; echo never")
            #expect(shell.status == 1)
            #expect(shell.err.contains("can't fork: Operation not permitted"), "\(shell.err)")
        }
    }

    @Test("programs of /work are executed under build alone, and those of /tmp never")
    func executableWork() async throws {
        try await CommandFixture.with { caisson in
            let script = "cp /bin/busybox $1/echo && $1/echo executed"
            for (profile, folder, status) in [
                ("build", "/work", Int32(0)), ("build", "/tmp", 1), ("shell", "/work", 1), ("python", "/work", 1),
            ] {
                let outcome = try await caisson.run(["--profile", profile], "sh", "-c", script, "sh", folder)
                #expect(outcome.status == status, "\(profile) \(folder): \(outcome.err)")
                #expect(outcome.out == (status == 0 ? "executed\n" : ""))
                #expect(status == 0 || outcome.err.contains("Permission denied"), "\(outcome.err)")
            }
            let shown = try await caisson.run(["--profile", "build"], "true")
            #expect(shown.status == 0, "\(shown.err)")
            let mounts = try await caisson.caisson("show", "@latest")
            #expect(mounts.out.contains("/work tmpfs rw,nosuid,nodev"))
            #expect(!mounts.out.contains("/work tmpfs rw,nosuid,nodev,noexec"))
            #expect(mounts.out.contains("/tmp tmpfs rw,nosuid,nodev,noexec"))
        }
    }

    @Test("a job under a variant is kept with the variant's name and digest; a server under the class alone is refused")
    func services() async throws {
        try await CommandFixture.with { caisson in
            let script = "import socket; socket.create_server(('127.0.0.1', 8080)); print('listening')"
            let plain = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(plain.status == 1 && plain.out == "")
            #expect(plain.err.contains("it had been refused socket."), "\(plain.err)")
            let served = try await caisson.run(
                image: "python", ["--profile", "python+services"], "python3", "-c", script)
            #expect(served.status == 0 && served.out == "listening\n", "\(served.err)")
            let job = try await caisson.latest()
            #expect(job["profile"] == "python+services")
            let shown = try await caisson.caisson("profile", "show", "python+services", "-o", "json")
            let digest = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)["digest"]
            #expect(job["attempts"]?.arrayValue?.first?["profile_digest"] == digest)
        }
    }

    @Test("the profile of a job, its limits and its digest are kept; those of a folder, too")
    func recorded() async throws {
        try await CommandFixture.with { caisson in
            func digest(_ arguments: String...) async throws -> JSONValue? {
                let shown = try await caisson.start(["profile", "show"] + arguments + ["-o", "json"]).outcome()
                return try JSONDecoder().decode(JSONValue.self, from: shown.stdout)["digest"]
            }
            func latest() async throws -> JSONValue {
                let shown = try await caisson.caisson("show", "@latest", "-o", "json")
                return try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            }
            _ = try await caisson.run(image: "python", [], "true")
            var job = try await latest()
            #expect(job["profile"] == "python")
            let python = try await digest("python")
            #expect(job["attempts"]?.arrayValue?.first?["profile_digest"] == python)

            let own = Self.corpus.deletingLastPathComponent().deletingLastPathComponent().appending(path: "Profiles")
            for end in ["json", "outer.json", "inner.json"] {
                let text = try String(contentsOf: own.appending(path: "strict.\(end)"), encoding: .utf8)
                    .replacing("\"name\": \"strict\"", with: "\"name\": \"mine\"")
                    .replacing("\"pids\": 32", with: "\"pids\": 9")
                try caisson.folder.write(text, to: "mine.\(end)")
            }
            let flags = ["--profiles", caisson.folder.path, "--profile", "mine"]
            let outcome = try await caisson.run(flags, "true")
            #expect(outcome.status == 0, "\(outcome.err)")
            job = try await latest()
            #expect(job["profile"] == "mine")
            #expect(job["attempts"]?.arrayValue?.first?["attestation"]?["pids_limit"] == 9)
            let mine = try await digest("mine", "--profiles", caisson.folder.path)
            #expect(job["attempts"]?.arrayValue?.first?["profile_digest"] == mine)
        }
    }

    @Test("a profile that does not exist is invalid input, and nothing is run")
    func unknown() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(["--profile", "nonsense"], "true")
            #expect(outcome.status == 2)
            #expect(outcome.err.contains("error: invalid_input: There is no profile \"nonsense\"."))
            #expect(outcome.err.contains("hint: Use one of: build, build+services, node, "))
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }
}
