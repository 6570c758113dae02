import Foundation
import Model
import TestSupport
import Testing

/// What comes out of a job beside its result: its streams, files, changes, and the limits that it ran into.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct OutputTests {
    private func job(_ caisson: CommandFixture) async throws -> JSONValue {
        try JSONDecoder().decode(
            JSONValue.self, from: try await caisson.caisson("show", "@latest", "-o", "json").stdout)
    }

    private func attempt(_ job: JSONValue) -> JSONValue? { job["attempts"]?.arrayValue?.last }

    // MARK: Files

    @Test("patterns bring what fits them, and say of each thing that is no file what it is")
    func patterns() async throws {
        try await CommandFixture.with { caisson in
            let script = """
                import os, socket
                for path in ["out/b.png", "out/a.png", "out/sub/c.csv", "d.csv", "out/e.txt"]:
                    os.makedirs(os.path.dirname("/work/" + path), exist_ok=True)
                    open(path, "w").write(path)
                os.link("d.csv", "out/hard.png"); os.symlink("/etc/passwd", "out/link.png"); os.mkfifo("out/fifo.png")
                socket.socket(socket.AF_UNIX).bind("out/socket.png"); os.mkdir("out/folder.png")
                open(b"out/bad\\xff.png", "w").close(); open("out/new\\nline.png", "w").close()
                """
            let kept = caisson.folder.file("kept")
            let outcome = try await caisson.run(
                image: "python",
                [
                    "--artifact", "out/*.png", "--artifact", "**/[a-d].csv", "--artifact", "*.gif", "--artifacts-dir",
                    kept,
                ],
                "python3", "-c", script)
            #expect(outcome.status == 0, "\(outcome.err)")
            let artifacts = try #require(attempt(try await job(caisson))?["artifacts"]?.arrayValue)
            let told = artifacts.map { "\($0["path"]?.stringValue ?? "") \($0["problem"]?.stringValue ?? "")" }
            #expect(
                told == [
                    "out/a.png ", "out/b.png ", "out/bad\\xFF.png bad_name", "out/fifo.png is_a_fifo",
                    "out/folder.png is_a_folder", "out/hard.png ", "out/link.png is_a_link", "out/new\nline.png ",
                    "out/socket.png is_a_socket", "d.csv ", "out/sub/c.csv ", "*.gif no_match",
                ])
            #expect(outcome.err.contains("artifact out/fifo.png was not collected: is_a_fifo"))
            #expect(outcome.err.contains("6 artifacts were written to \(kept)"))
            let files = try FileManager.default.subpathsOfDirectory(atPath: kept).sorted()
            #expect(
                files == [
                    "d.csv", "out", "out/a.png", "out/b.png", "out/hard.png", "out/new\\u{A}line.png", "out/sub",
                    "out/sub/c.csv",
                ])
            #expect(try Data(contentsOf: URL(filePath: "\(kept)/out/hard.png")) == Data("d.csv".utf8))
        }
    }

    @Test("changes are collected, written and told; what is deleted inside is not deleted outside")
    func changes() async throws {
        try await CommandFixture.with { caisson in
            let folder = caisson.folder
            let flags = try ["same", "edited", "gone", "mapped"].flatMap {
                ["--file", try folder.write(String(repeating: $0, count: 2000), to: $0)]
            }
            let script = """
                import mmap, os
                open("edited", "a").write("!"); os.remove("gone"); os.utime("same"); os.chmod("same", 0o600)
                f = open("mapped", "r+b"); m = mmap.mmap(f.fileno(), 0); m[0:1] = b"M"; m.close(); f.close()
                os.makedirs("a/b"); open("a/b/new", "w").write("new"); open("result.json", "w").write("{}")
                os.symlink("same", "link"); open("art", "w").write("art")
                """
            let target = folder.file("changed")
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
            try folder.write("mine", to: "changed/gone")
            let outcome = try await caisson.run(
                image: "python", flags + ["--changes", target, "--artifact", "art"], "python3", "-c", script)
            #expect(outcome.status == 0, "\(outcome.err)")
            let (job, written) = (try await job(caisson), try FileManager.default.subpathsOfDirectory(atPath: target))
            let changes = try #require(attempt(job)?["changes"]?.arrayValue)
            let told = changes.map {
                "\($0["path"]?.stringValue ?? "") \($0["change"]?.stringValue ?? "") \($0["problem"]?.stringValue ?? "")"
            }
            #expect(
                told == [
                    "a/b/new added ", "art added ", "edited modified ", "gone deleted ", "link added is_a_link",
                    "mapped modified ", "result.json added ",
                ])
            #expect(written.sorted() == ["a", "a/b", "a/b/new", "art", "edited", "gone", "mapped", "result.json"])
            #expect(try Data(contentsOf: URL(filePath: "\(target)/gone")) == Data("mine".utf8))
            let mapped = try Data(contentsOf: URL(filePath: "\(target)/mapped"))
            #expect(mapped.first == UInt8(ascii: "M") && mapped.count == 12_000)
            #expect(outcome.err.contains("the job deleted gone; nothing is deleted here"))
            #expect(outcome.err.contains("5 changed files were written to \(target)"))
            #expect(job["events"]?.arrayValue?.contains { $0["name"] == "files_deleted" } == true)
            let shown = try await caisson.caisson("show", "@latest")
            #expect(shown.out.contains("deleted   gone\n"))
        }
    }

    // MARK: Limits

    @Test(
        "with the kill policy, output beyond the limit ends the tool, whatever it does",
        arguments: [
            "head -c 12000000 /dev/zero; exec sleep 600", "trap '' TERM; yes >&2", "exec head -c 10485761 /dev/zero",
        ])
    func killPolicy(_ script: String) async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(
                ["--output-policy", "kill", "--limit", "output=10MiB"], "sh", "-c", script)
            #expect(outcome.status == 1)
            let job = try await job(caisson)
            #expect(job["state"] == "failed")
            #expect(job["reason"] == "output_limit")
            let stream = script.hasSuffix(">&2") ? "stderr" : "stdout"
            let message = "The tool was ended because it wrote more than 10MiB to its \(stream)."
            #expect(job["message"]?.stringValue == message)
            #expect(attempt(job)?["record"]?["limits_hit"]?.arrayValue?.contains("output") == true)
            let isWhole = outcome.stdout == Data(count: stream == "stdout" ? 10 << 20 : 0)
            #expect(isWhole)
        }
    }

    @Test("output up to the limit is no reason to end anything")
    func exactly() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(
                ["--output-policy", "kill", "--limit", "output=10MiB"], "head", "-c", "10485760", "/dev/zero")
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.stdout.count == 10 << 20)
            #expect(!outcome.err.contains("dropped"))
        }
    }

    @Test("what was dropped is counted, and told by run, show and logs")
    func dropped() async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(
                ["--limit", "output=10MiB"], "sh", "-c", "head -c 12000000 /dev/zero; echo end >&2")
            #expect(outcome.status == 0)
            #expect(outcome.err.contains("caisson: stdout: 1514240 bytes were dropped (the limit is 10MiB)\n"))
            #expect(
                try await caisson.caisson("show", "@latest").out.contains("(1514240 bytes were dropped at the limit)"))
            let logs = try await caisson.caisson("logs", "@latest")
            #expect(logs.stdout.count == 10 << 20)
            #expect(logs.err == "end\ncaisson: stdout: 1514240 bytes were dropped\n")
            #expect(try await caisson.caisson("logs", "@latest", "--stream", "err").err == "end\n")
        }
    }

    struct Hit: Sendable, CustomTestStringConvertible {
        let word: String
        let script: String
        var testDescription: String { word }
    }

    @Test(
        "a limit that a tool runs into is named",
        arguments: [
            Hit(word: "pids", script: "import os, time\nfor _ in range(99):\n  if os.fork() == 0: time.sleep(600)"),
            Hit(word: "work", script: "open('x', 'wb').write(bytes(70 << 20))"),
            Hit(word: "work_files", script: "for n in range(5000): open(f'f{n}', 'w').close()"),
            Hit(word: "tmp", script: "open('/tmp/x', 'wb').write(bytes(20 << 20))"),
            Hit(word: "tmp_files", script: "for n in range(5000): open(f'/tmp/f{n}', 'w').close()"),
            Hit(word: "open_files", script: "kept = []\nfor n in range(300): kept.append(open('/etc/passwd'))"),
        ])
    func limitsHit(_ hit: Hit) async throws {
        try await CommandFixture.with { caisson in
            // The complaint comes first and the end a little later, as the cell looks when it hears of something.
            let script =
                "import sys, time\ntry:\n  " + hit.script.replacingOccurrences(of: "\n", with: "\n  ")
                + "\nexcept OSError as error: print(error, flush=True); time.sleep(1); sys.exit(7)"
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(outcome.status == 1, "\(outcome.out)\(outcome.err)")
            let job = try await job(caisson)
            #expect(job["message"]?.stringValue == "The tool exited with status 7; it had hit: \(hit.word).")
            #expect(attempt(job)?["record"]?["limits_hit"] == [.string(hit.word)])
            #expect(try await caisson.caisson("show", "@latest").out.contains("limits hit  \(hit.word)\n"))
        }
    }

    @Test("a child that is killed for want of memory is told, and leaves the tool its own end")
    func childOutOfMemory() async throws {
        try await CommandFixture.with { caisson in
            let child = "python3 -c 'bytearray(1 << 30)'"
            let outcome = try await caisson.run(
                image: "python", [], "python3", "-c", "import os; os.system(\"\(child)\")")
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(attempt(try await job(caisson))?["record"]?["limits_hit"] == ["memory"])
            let failed = try await caisson.run(
                image: "python", [], "python3", "-c", "import os; os.system(\"\(child)\"); exit(4)")
            #expect(failed.err.contains("failed: The tool exited with status 4; it had hit: memory."))
        }
    }

    // MARK: Streams

    struct Streams: Sendable, CustomTestStringConvertible {
        let name: String
        let script: String
        let out: [UInt8]
        let err: [UInt8]
        var testDescription: String { name }
    }

    @Test(
        "every byte of a stream comes through as it was written",
        arguments: [
            Streams(name: "nothing", script: "pass", out: [], err: []),
            Streams(name: "no line break", script: "o.write(b'a'); e.write(b'b')", out: [0x61], err: [0x62]),
            Streams(
                name: "all bytes, on both", script: "o.write(bytes(range(256))); e.write(bytes(range(255, -1, -1)))",
                out: Array(0...255), err: (0...255).reversed()),
            Streams(
                name: "bytes that are no UTF-8", script: "o.write(b'\\xff\\xc3(\\xed\\xa0\\x80')",
                out: [0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80], err: []),
            Streams(
                name: "characters that are cut in their middle",
                script: "[(o.write(bytes([b])), o.flush(), time.sleep(0.01)) for b in 'é€😀'.encode()]",
                out: Array("é€😀".utf8), err: []),
            Streams(
                name: "characters across the pieces of the wire", script: "o.write(b'x' + '€'.encode() * 50000)",
                out: [0x78] + (0..<50_000).flatMap { _ in Array("€".utf8) }, err: []),
            Streams(
                name: "a stdout that is closed early", script: "o.write(b'1'); o.flush(); os.close(1); e.write(b'2')",
                out: [0x31], err: [0x32]),
            Streams(
                name: "both closed, and the tool goes on",
                script: "o.write(b'1'); o.flush(); os.close(1); os.close(2); open('result.json', 'w').write('1')",
                out: [0x31], err: []),
        ])
    func streams(_ streams: Streams) async throws {
        try await CommandFixture.with { caisson in
            let script =
                "import os, sys, time\no, e = sys.stdout.buffer, sys.stderr.buffer\n\(streams.script)\n"
                // Without Python's own complaint about a stream that is closed.
                + "try: o.flush(); e.flush()\nexcept OSError: pass\nos._exit(0)"
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.stdout == Data(streams.out))
            #expect(outcome.stderr.starts(with: streams.err + Array("caisson: job ".utf8)))
            let logs = try await caisson.caisson("logs", "@latest")
            #expect(logs.stdout == Data(streams.out))
            #expect(logs.stderr == Data(streams.err))
        }
    }

    @Test("fifty megabytes of standard input arrive whole; a tool that closes its input, or reads none, is not held up")
    func input() async throws {
        try await CommandFixture.with { caisson in
            // No power of two, so that no piece is like another one.
            var generator = SeededGenerator(seed: 5)
            let block = Data((0..<1_000_003).map { _ in UInt8.random(in: 0...255, using: &generator) })
            let input = (0..<50).reduce(into: Data()) { input, _ in input += block }
            let path = caisson.folder.file("in")
            try input.write(to: URL(filePath: path))
            let digest = try await RunningCommand(
                program: URL(filePath: "/usr/bin/sha256sum"), [path], environment: [:], stdin: nil
            ).outcome().out.prefix(64)
            for flags in [["--stdin", path], ["--stdin", "-"]] {
                let outcome = try await caisson.run(flags, "sha256sum", stdin: flags[1] == "-" ? input : nil)
                #expect(outcome.status == 0, "\(outcome.err)")
                #expect(outcome.out.prefix(64) == digest)
            }
            let closed = try await caisson.run(["--stdin", path], "sh", "-c", "exec <&-; echo on; exit 5")
            #expect(closed.out == "on\n")
            #expect(closed.err.contains("exited with status 5"))
            let unread = try await caisson.run(["--stdin", "-"], "echo", "hi", stdin: input)
            #expect((unread.status, unread.out) == (0, "hi\n"))
            let part = try await caisson.run(["--stdin", path], "head", "-c", "3")
            #expect(part.stdout == input.prefix(3))
            let none = try await caisson.run([], "wc", "-c")
            #expect(none.out.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }
    }

    @Test(
        "a tool that stops itself, or all of its tree, is ended by the run clock",
        arguments: [
            "kill -STOP $$", "sleep 600 & kill -STOP $!; kill -STOP $$", "trap '' TERM; kill -STOP $$; sleep 600",
        ])
    func stopped(_ script: String) async throws {
        try await CommandFixture.with { caisson in
            let outcome = try await caisson.run(["--timeout", "500ms"], "sh", "-c", "echo begun; \(script)")
            #expect(outcome.out == "begun\n")
            #expect(outcome.err.contains("timed_out: The tool was still running after 500 ms."))
        }
    }

    @Test("daemons that hold the streams open, zombies and grandchildren all go with the tool")
    func leftBehind() async throws {
        try await CommandFixture.with { caisson in
            let script = """
                import os, time
                ready, begun = os.pipe()
                for _ in range(3):
                    if os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0: os.write(begun, b"."); time.sleep(600)
                        os._exit(0)
                for _ in range(5):
                    if os.fork() == 0: os._exit(0)
                for _ in range(3): os.read(ready, 1)
                os.write(1, b"done"); os._exit(6)
                """
            let outcome = try await caisson.run(image: "python", [], "python3", "-c", script)
            #expect(outcome.out == "done")
            #expect(outcome.err.contains("exited with status 6"))
            let record = attempt(try await job(caisson))?["record"]
            // Three daemons; their parents and the zombies were the tool's own children until it ended.
            #expect((record?["left_behind"]?.integerValue ?? 0) >= 3)
            #expect(record?["limits_hit"] == [])
        }
    }
}
