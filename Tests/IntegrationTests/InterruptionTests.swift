import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// What is left when somebody stops a job, or its process, in the middle.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct InterruptionTests {
    private func start(_ caisson: CommandFixture, _ command: String...) throws -> RunningCommand {
        try caisson.start(["run", "--image", "shell", "--"] + command)
    }

    @Test("Ctrl-C cancels the job, keeps what it wrote, and leaves nothing behind")
    func controlC() async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sh", "-c", "echo begun; sleep 600")
            let container = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            running.send(SIGINT)
            let outcome = try await running.outcome()
            #expect(outcome.status == 8)
            #expect(outcome.out == "begun\n")
            try await caisson.eventually("the removal") {
                try !caisson.probe.inventory().containers.contains(container)
            }
            #expect(try await caisson.caisson("logs", "@latest").out == "begun\n")
        }
    }

    @Test("a job is cancelled although nobody reads what it writes")
    func stoppedReader() async throws {
        try await CommandFixture.with { caisson in
            let pipe = Pipe()  // never read
            let running = try RunningCommand(
                program: TestEngine.programs.appending(path: "caisson"),
                ["run", "--image", "shell", "--", "sh", "-c", "yes & exec sleep 600"], environment: caisson.environment,
                stdin: nil,
                stdout: pipe)
            let container = try await caisson.runningContainer()
            running.send(SIGINT)
            let outcome = try await running.outcome()
            #expect(outcome.status == 8, "\(outcome.err)")
            try await caisson.eventually("the removal") {
                try !caisson.probe.inventory().containers.contains(container)
            }
        }
    }

    @Test("a client that is killed ends nothing but its input: the job goes on, and can be waited for")
    func clientKilled() async throws {
        try await CommandFixture.with { caisson in
            let gate = Pipe()
            let script = "echo begun; cat; echo ended"
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", script], gate: gate)
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            running.send(SIGKILL)
            _ = try await running.outcome()
            let waited = try await caisson.caisson("wait", "@latest")
            #expect(waited.status == 0, "\(waited.err)")
            #expect(try await caisson.caisson("logs", "@latest").out == "begun\nended\n")
        }
    }

    @Test(
        "a job whose daemon is killed, or told to quit, is gone on with by the next one, and nothing else is touched",
        arguments: [SIGKILL, SIGQUIT])
    func killed(by signal: Int32) async throws {
        try await CommandFixture.with { caisson in
            let gate = Pipe()  // what is passed on goes with the daemon: the tool then finds the end of it
            let script = "echo begun; cat; echo ended"
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", script], gate: gate)
            let container = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            let installation = try #require(caisson.installation())

            // Foreign containers: one with our labels and no row of ours, one that only has a name like ours.
            let image = "caisson/shell:local"
            let pretender = "caisson-\(installation)-zzzzzzzzzzzz-1"
            let labels: JSONValue = [
                "org.caisson.installation": .string(installation), "org.caisson.job": "zzzzzzzzzzzz",
                "org.caisson.attempt": "1",
            ]
            let body = try JSONEncoder().encode(
                ["Image": .string(image), "Cmd": ["true"], "Labels": labels] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(pretender)", body: body)
            let other = "other-\(installation)"
            let plain = try JSONEncoder().encode(["Image": .string(image), "Cmd": ["true"]] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(other)", body: plain)
            defer {
                for name in [pretender, other] {
                    // ignored: the fixture tells of what is left behind
                    _ = try? caisson.probe.request("DELETE", "/v1.41/containers/\(name)?force=1")
                }
            }

            #expect(try await caisson.caisson("list", "-o", "json").out.contains(#""state" : "running""#))
            let daemon = try #require(caisson.daemon)
            kill(daemon, signal)
            // Its client has another daemon started, which goes on with the sandbox.
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out == "begun\nended\n")
            #expect(try #require(caisson.daemon) != daemon)
            try await caisson.eventually("the removal") {
                try !caisson.probe.inventory().containers.contains(container)
            }
            let left = try caisson.probe.inventory().containers
            #expect(left.isSuperset(of: ["/\(pretender)", "/\(other)"]))
            #expect(try await caisson.latest()["state"] == "succeeded")
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            #expect(shown.out.contains(#""adopted""#), "\(shown.out)")
            // The daemon's end finds nothing of these: they are not ours.
            try await caisson.stopDaemon()
        }
    }

    @Test("a job whose spools are gone or cut short is given up at once, and says so", arguments: [true, false])
    func lostSpools(all: Bool) async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sh", "-c", "seq 100000; echo begun; sleep 30; echo ended")
            _ = try await caisson.runningContainer()
            try await caisson.eventually("its output") { try running.outputSoFar().hasSuffix("begun\n") }
            running.send(SIGKILL)
            _ = try await running.outcome()
            try await caisson.stopDaemon(by: SIGKILL)
            let spools = URL(filePath: "\(caisson.home)/spool")
            if all {
                try FileManager.default.removeItem(at: spools)
            } else {
                let attempt = try #require(try FileManager.default.contentsOfDirectory(atPath: spools.path).first)
                let stdout = try FileHandle(forWritingTo: spools.appending(path: "\(attempt)/stdout"))
                try stdout.truncate(atOffset: 10)
                try stdout.close()
            }
            let waited = try await caisson.caisson("wait", "@latest")
            #expect(waited.status == 9, "\(waited.err)")
            let list = try await caisson.caisson("list", "-o", "json")
            let jobs = try JSONDecoder().decode([JSONValue].self, from: list.stdout)
            #expect(jobs.last?["state"] == "errored", "\(list.out)")
            #expect(jobs.last?["reason"] == "process_lost", "\(list.out)")
        }
    }

    @Test("a second run does not wait for the first one")
    func secondRun() async throws {
        try await CommandFixture.with { caisson in
            let first = try start(caisson, "sleep", "600")
            _ = try await caisson.runningContainer()
            let second = try start(caisson, "echo", "second")
            #expect(try await second.outcome().out == "second\n")
            first.send(SIGTERM)
            #expect(try await first.outcome().status == 8)
        }
    }

    @Test("a signal that was ignored at the start does not cancel: nohup protects a run")
    func nohup() async throws {
        try await CommandFixture.with { caisson in
            let program = TestEngine.programs.appending(path: "caisson").path
            let line = "trap '' HUP; exec '\(program)' run --image shell --stdin - -- sh -c 'echo begun; cat; echo end'"
            let gate = Pipe()
            let running = try RunningCommand(
                program: URL(filePath: "/bin/sh"), ["-c", line], environment: caisson.environment, stdin: nil,
                gate: gate)
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            running.send(SIGHUP)
            try gate.fileHandleForWriting.close()
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out == "begun\nend\n")
        }
    }

    @Test(
        "a cell that the kernel kills for want of memory ends its job as out of memory",
        .enabled(if: geteuid() == 0, "it lowers another process's score, which only root may"))
    func cellOutOfMemory() async throws {
        try await CommandFixture.with { caisson in
            // Fills memory that is charged to no process, and becomes smaller than the cell. Its score is lowered to the cell's from
            // outside: a tool could do it itself where there is no Landlock.
            let script = """
                import os, socket, time
                print("ready", flush=True)
                while open("/proc/self/oom_score_adj").read() != "500\\n": time.sleep(0.01)
                pairs = []
                try:
                    while len(pairs) < 110:
                        a, b = socket.socketpair(); a.setblocking(False); pairs.append((a, b))
                        for s in (a, b): os.set_inheritable(s.fileno(), True); s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
                        try:
                            while True: a.send(b"x" * 65536)
                        except BlockingIOError: pass
                except OSError: pass
                for _ in range(40):
                    if os.fork() == 0: os.execv("/bin/sleep", ["sleep", "60"])
                junk = bytearray(1 << 28)
                """
            let running = try caisson.start(["run", "--image", "python", "--", "python3", "-c", script])
            try await caisson.eventually("its first output") { try running.outputSoFar() == "ready\n" }
            let container = try await caisson.runningContainer()
            let cell = try #require(try caisson.probe.inspect(container)["State"]?["Pid"]?.integerValue)
            let tool = try String(contentsOfFile: "/proc/\(cell)/task/\(cell)/children", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            try Data("500".utf8).write(to: URL(filePath: "/proc/\(tool)/oom_score_adj"))
            let outcome = try await running.outcome()
            #expect(outcome.err.contains("oom_killed"), "\(outcome.err)")
        }
    }

    @Test(
        "with a full disk a job ends all the same, with what could be kept of its output, and its container goes",
        .enabled(if: geteuid() == 0, "it mounts a small tmpfs, which only root may"))
    func fullDisk() async throws {
        try await TemporaryFolder.with { folder in
            try #require(mount("none", folder.path, "tmpfs", 0, "size=2m,mode=700") == 0)
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            try await CommandFixture(folder: folder).use { caisson in
                let full = try await caisson.run([], "sh", "-c", "head -c 4000000 /dev/zero; sleep 600")
                #expect(full.status == 9)
                #expect(full.err.contains("There is no space left for "), "\(full.err)")
                #expect(try await caisson.latest()["reason"] == "no_space")
                try await caisson.eventually("the removal") {
                    try caisson.probe.containers(named: "caisson-\(caisson.installation() ?? "?")-").isEmpty
                }
                try #require(mount("none", folder.path, "tmpfs", UInt(MS_REMOUNT), "size=8m,mode=700") == 0)
                let again = try await caisson.run([], "echo", "room")
                #expect(again.out == "room\n", "\(again.err)")
            }
        }
    }

    @Test("a reader of our output that stalls does not keep the container of a job that has ended")
    func stalledReader() async throws {
        try await CommandFixture.with { caisson in
            let pipe = Pipe()  // not read until the container is gone
            let gate = Pipe()
            let running = try RunningCommand(
                program: TestEngine.programs.appending(path: "caisson"),
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", "cat; yes | head -c 1000000"],
                environment: caisson.environment, stdin: nil, gate: gate, stdout: pipe)
            let container = try await caisson.runningContainer()
            try gate.fileHandleForWriting.close()
            try await caisson.eventually("the container's removal") {
                try !caisson.probe.inventory().containers.contains(container)
            }
            let reader = Task.detached { try pipe.fileHandleForReading.read(upToCount: 1_000_000)?.count }
            #expect(try await running.outcome().status == 0)
            #expect(try await reader.value == 1_000_000)
        }
    }

    @Test("a container that is removed under a running job ends it as nobody's fault but ours, with a sentence")
    func removed() async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sleep", "600")
            let container = try await caisson.runningContainer()
            _ = try caisson.probe.request("DELETE", "/v1.41/containers\(container)?force=1")
            let outcome = try await running.outcome()
            #expect(outcome.status == 9)
            #expect(outcome.err.contains("ended from outside"))
        }
    }
}
