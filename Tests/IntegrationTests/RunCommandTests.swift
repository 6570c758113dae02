import Foundation
import Model
import TestSupport
import Testing

/// `caisson run`, from a command line to what comes back, on the real engine.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct RunCommandTests {
    @Test("stdout and stderr pass through apart from each other, byte for byte")
    func streams() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run([], "printf", #"\000\377a\nb"#)
            #expect(outcome.stdout == Data([0, 255, 0x61, 0x0A, 0x62]))
            let both = try await caisson.run([], "sh", "-c", "echo out; echo err >&2; exit 3")
            #expect(both.status == 1)
            #expect(both.out == "out\n")
            #expect(both.err.hasPrefix("err\n"))
            #expect(both.err.contains("failed: The tool exited with status 3."))
        }
    }

    @Test("standard input of many megabytes arrives whole, and so does what is made of it")
    func standardInput() async throws {
        try await CommandFixture.with { caisson in
            var generator = SeededGenerator(seed: 3)
            let input = Data((0..<(3 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let outcome = try await caisson.run(["--stdin", "-"], "cat", stdin: input)
            #expect(outcome.status == 0)
            #expect(outcome.stdout == input)
            let empty = try await caisson.run(["--stdin", "-"], "wc", "-c")
            #expect(empty.out.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }
    }

    @Test("files go in, a result and artifacts come out")
    func files() async throws {
        try await CommandFixture.with { caisson in
            let input = try caisson.folder.write("a,b\n1,2\n", to: "data.csv")
            let script = """
                import json, os
                rows = open("in/data.csv").read().splitlines()
                json.dump({"rows": len(rows), "who": os.environ["WHO"]}, open("result.json", "w"))
                os.mkdir("out"); open("out/big.bin", "wb").write(bytes(range(256)) * 8192)
                os.symlink("/etc/passwd", "link"); os.mkfifo("fifo")
                """
            let flags = [
                "--file", "\(input):in/data.csv", "--env", "WHO=me", "--artifact", "out/big.bin", "--artifact", "link",
                "--artifact", "fifo", "--artifact", "none", "--artifacts-dir", caisson.folder.file("kept"),
            ]
            let outcome = try await caisson.run(image: "python", flags, "python3", "-c", script)
            #expect(outcome.status == 0, "\(outcome.err)")
            let kept = try Data(contentsOf: URL(filePath: caisson.folder.file("kept/out/big.bin")))
            #expect(kept == Data((0..<8192).flatMap { _ in 0...255 as ClosedRange<UInt8> }))
            for (path, problem) in [("link", "is_a_link"), ("fifo", "is_a_fifo"), ("none", "missing")] {
                #expect(outcome.err.contains("artifact \(path) was not collected: \(problem)"))
            }
            let result = try await caisson.caisson("result", "@latest", "-o", "json")
            let json = try JSONDecoder().decode(JSONValue.self, from: result.stdout)
            #expect(json["result"] == ["rows": 2, "who": "me"])
        }
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let image: String
        var flags: [String] = []
        let command: [String]
        let state: JobState
        let status: Int32
        var testDescription: String { "\(command.joined(separator: " ").prefix(60)) ends \(state.rawValue)" }
    }

    @Test(
        "every ending has its state and its exit status",
        arguments: [
            Ending(image: "shell", command: ["true"], state: .succeeded, status: 0),
            Ending(image: "shell", command: ["nosuch"], state: .failed, status: 1),
            Ending(image: "shell", command: ["sh", "-c", "kill -9 $$"], state: .failed, status: 1),
            Ending(image: "shell", command: ["sh", "-c", "echo { > result.json"], state: .failed, status: 1),
            Ending(image: "shell", command: ["sh", "-c", "ln -s /etc/passwd result.json"], state: .failed, status: 1),
            Ending(
                image: "shell", flags: ["--timeout", "500ms"], command: ["sleep", "60"], state: .timedOut, status: 1),
            Ending(image: "python", command: ["python3", "-c", "bytearray(1 << 30)"], state: .oomKilled, status: 1),
        ])
    func endings(_ ending: Ending) async throws {
        try await CommandFixture.with { caisson in
            let arguments = ["run", "--image", ending.image] + ending.flags + ["--"] + ending.command
            let outcome = try await caisson.start(arguments).outcome()
            #expect(outcome.status == ending.status, "\(outcome.err)")
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            #expect(job["state"]?.stringValue == ending.state.rawValue)
        }
    }

    @Test("a tool that ignores TERM is killed after its grace; one that left daemons behind takes them along")
    func stubborn() async throws {
        try await CommandFixture.with { caisson in
            let stubborn = "trap '' TERM; while :; do sleep 1; done"
            let timedOut = try await caisson.run(["--timeout", "300ms"], "sh", "-c", stubborn)
            #expect(timedOut.err.contains("timed_out"))
            let daemons = try await caisson.run(
                [], "sh", "-c", "for i in 1 2 3; do (setsid sleep 600 &); done; echo done")
            #expect(daemons.out == "done\n")
            #expect(daemons.status == 0)
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
            #expect(job["attempts"]?.arrayValue?.first?["record"]?["left_behind"] == 3)
        }
    }

    @Test("output beyond its limit is cut, counted and flagged, and the job goes on")
    func truncation() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(
                ["--limit", "output=10MiB"], "sh", "-c", "head -c 12000000 /dev/zero; echo end >&2")
            #expect(outcome.status == 0)
            #expect(outcome.stdout.count == 10 << 20)
            let shown = try await caisson.caisson("show", "@latest", "-o", "json")
            let record = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)["attempts"]?.arrayValue?.first?[
                "record"]
            #expect(record?["stdout_bytes"] == 12_000_000)
            #expect(record?["stdout_truncated"] == true)
        }
    }

    @Test("what cannot be run says why and starts nothing")
    func refusals() async throws {
        try await CommandFixture.with { caisson in
            let bad = try await caisson.run([
                "--timeout", "5", "--env", "x", "--file", "/no/such", "--artifact", "../x",
            ])
            #expect(bad.status == 2)
            for word in ["--timeout", "--env", "/no/such", "../x", "command"] { #expect(bad.err.contains(word)) }
            #expect(try await caisson.run(image: "no-such-image", [], "true").status == 3)
            // A daemon keeps the engine that it was started with: this one is another folder's, and ends by itself.
            let nobody = [
                "DOCKER_HOST": "unix:///no/such.sock", "CAISSON_HOME": caisson.folder.file("other"),
                "CAISSON_IDLE_EXIT": "1s",
            ]
            let unreachable = try await caisson.caisson("run", "--image", "shell", "--", "true", environment: nobody)
            #expect(unreachable.status == 6)
            #expect(unreachable.err.contains("hint: "))
            #expect(try await caisson.caisson("list").out.split(separator: "\n").count == 1)
            let other = try await caisson.caisson("list", "--all", environment: nobody)
            #expect(other.out.split(separator: "\n").count == 1)
        }
    }

    @Test("on a terminal, what a job wrote is shown and not obeyed; into a file it goes as it is")
    func terminal() async throws {
        try await CommandFixture.with { caisson in
            let title = "\u{1B}]0;title\u{7}plain\n"
            let program = TestEngine.programs.appending(path: "caisson").path
            for words in ["run --image shell -- printf '\\033]0;title\\007plain\\n'", "logs @latest"] {
                let shown = try await RunningCommand(
                    program: URL(filePath: "/usr/bin/script"), ["-qec", "\(program) \(words)", "/dev/null"],
                    environment: caisson.environment, stdin: nil
                ).outcome()
                #expect(shown.out.contains("^[]0;title^Gplain\r\n"), "\(words): \(shown.out)")
                #expect(!shown.stdout.contains(0x1B))
            }
            #expect(try await caisson.caisson("logs", "@latest").out == title)
        }
    }
}
