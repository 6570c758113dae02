import Foundation
import Model
import TestSupport
import Testing

/// What the whole program says and answers when something is wrong: errors in one format, and a fitting exit status.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct CommandErrorTests {
    /// Runs a line of shell in which `$caisson` is the program.
    private func shell(_ caisson: CommandFixture, _ line: String) async throws -> Outcome {
        var environment = caisson.environment
        environment["caisson"] = TestEngine.programs.appending(path: "caisson").path
        let command = try RunningCommand(
            program: URL(filePath: "/bin/bash"), ["-c", line], environment: environment, stdin: nil)
        return try await command.outcome()
    }

    private func error(_ outcome: Outcome) throws -> JSONValue? {
        let last = outcome.err.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        return try JSONDecoder().decode(JSONValue.self, from: last)["error"]
    }

    @Test("output that cannot be written is told, with status 2; a reader that has enough ends the command quietly")
    func fullOutput() async throws {
        try await CommandFixture.with { caisson in
            let ran = try await shell(
                caisson, "$caisson run --image shell -- sh -c 'echo {} > result.json; seq 100000' >/dev/full")
            #expect(ran.status == 2)
            #expect(ran.err.contains("succeeded"))
            #expect(ran.err.contains("error: output_unwritable: The standard output cannot be written: no space left"))
            for verb in ["list", "show @latest", "logs @latest", "result @latest", "doctor", "--help"] {
                let full = try await shell(caisson, "$caisson \(verb) >/dev/full")
                #expect(full.status == 2, "\(verb)")
                #expect(
                    full.err.hasPrefix(
                        "error: output_unwritable: The standard output cannot be written: no space left"),
                    "\(verb): \(full.err)")
                #expect(full.err.contains("\nhint: "))
            }
            let object = try await shell(caisson, "$caisson list -o json >/dev/full")
            #expect(object.status == 2)
            #expect(try error(object)?["code"] == "output_unwritable")
            let closed = try await shell(caisson, "$caisson logs @latest | head -1; echo ${PIPESTATUS[0]}")
            #expect(closed.out == "1\n0\n")
            #expect(closed.err == "")
            let failed = try await shell(caisson, "$caisson run --image shell -- sh -c 'echo x; exit 3' >/dev/full")
            #expect(failed.status == 1)
            #expect(failed.err.contains("error: output_unwritable"))
        }
    }

    @Test("a data folder that was named and does not exist is not found; one that nobody named is empty")
    func missingFolder() async throws {
        try await CommandFixture.with { caisson in
            let missing = caisson.folder.file("none")
            for verb in ["list", "show @latest", "logs @latest", "result @latest"] {
                let outcome = try await shell(caisson, "$caisson \(verb) --home \(missing)")
                #expect(outcome.status == 3, "\(verb)")
                #expect(outcome.err.hasPrefix("error: not_found: There is no data folder \(missing).\nhint: "))
            }
            let first = try await shell(
                caisson, "env -u CAISSON_HOME XDG_STATE_HOME=\(caisson.folder.path) $caisson list")
            #expect(first.status == 0)
            #expect(first.out.hasPrefix("ID "))
            #expect(try caisson.folder.contents().isEmpty)
        }
    }

    @Test("words that are not UTF-8 are refused instead of being changed")
    func notText() async throws {
        try await CommandFixture.with { caisson in
            for line in [
                #"$caisson run --image shell -- echo $'a\xff'"#, #"$caisson run --image shell --env $'A=\xff' -- true"#,
                #"CAISSON_HOME=$'/tmp/\xff' $caisson list"#,
            ] {
                let outcome = try await shell(caisson, line)
                #expect(outcome.status == 2)
                #expect(outcome.err.hasPrefix("error: invalid_input: "), "\(outcome.err)")
                #expect(outcome.err.contains("is not UTF-8"))
            }
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }

    @Test("with -o json every error is one object on stderr: the parser's, several at once, and ours")
    func json() async throws {
        try await CommandFixture.with { caisson in
            let usage = try await caisson.caisson("list", "-o", "json", "--nonsense")
            #expect(usage.status == 2)
            #expect(try error(usage)?["code"] == "invalid_input")
            #expect(usage.err.split(separator: "\n").count == 1)
            let several = try await caisson.run(["-o", "json", "--timeout", "5", "--artifact", "../x"], "true")
            #expect(several.status == 2)
            #expect(try error(several)?["mistakes"]?.arrayValue?.count == 2)
            let missing = try await caisson.run(image: "no-such-image", ["-o", "json"], "true")
            #expect(missing.status == 3)
            #expect(try error(missing)?["code"] == "image_not_found")
            #expect(try error(missing)?["id"]?.stringValue?.count == 8)
            let ran = try await caisson.run(["-o", "json"], "sh", "-c", "echo out; exit 3")
            #expect(ran.out == "out\n")
            let job = try JSONDecoder().decode(JSONValue.self, from: ran.stderr)["job"]
            #expect(job?["state"] == "failed")
            #expect(job?["reason"] == "exit_status")
        }
    }

    @Test("with -o json the last line of a run is an object, whatever else there is to say of its files")
    func jsonIsLast() async throws {
        try await CommandFixture.with { caisson in
            let target = caisson.folder.file("kept")
            let flags = ["-o", "json", "--artifact", "a", "--artifact", "missing", "--artifacts-dir", target]
            let kept = try await caisson.run(flags, "sh", "-c", "echo 1 > a")
            #expect(kept.status == 0)
            let lines = kept.err.split(separator: "\n")
            #expect(lines.count == 3, "\(kept.err)")
            let last = try JSONDecoder().decode(JSONValue.self, from: Data((lines.last ?? "").utf8))
            #expect(last["job"]?["state"] == "succeeded")
            #expect(unlink("\(target)/a") == 0 && symlink("elsewhere", "\(target)/a") == 0)
            let refused = try await caisson.run(flags, "sh", "-c", "echo 1 > a")
            #expect(refused.status == 2)
            #expect(try error(refused)?["code"] == "output_unwritable")
        }
    }

    @Test("a data folder that cannot be used is one clear line, and nothing is left in it")
    func spoiltFolder() async throws {
        try await CommandFixture.with { caisson in
            try FileManager.default.createDirectory(
                atPath: caisson.home, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try Data().write(to: URL(filePath: "\(caisson.home)/spool"))
            let outcome = try await caisson.run([], "true")
            #expect(outcome.status == 9)
            let lines = outcome.err.split(separator: "\n")
            #expect(lines.map { $0.prefix { $0 != ":" } } == ["error", "hint", "id"])
            #expect(lines.first?.contains("\(caisson.home)/spool cannot be used: it is not a folder") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: caisson.home) == ["spool"])
            let nowhere = try await caisson.run(["--home", "/proc/none/here"], "true")
            #expect(nowhere.status == 9)
            #expect(nowhere.err.hasPrefix("error: store_unavailable: /proc/none/here cannot be used"))
        }
    }

    @Test("files that cannot be written at the end do not hide what became of the job")
    func artifacts() async throws {
        try await CommandFixture.with { caisson in
            let file = try caisson.folder.write("x", to: "file")
            let early = try await caisson.run(["--artifact", "a", "--artifacts-dir", file], "touch", "a")
            #expect(early.status == 2)
            #expect(early.err.hasPrefix("error: output_unwritable: \(file) cannot be written"))
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
            // A folder stands where the file has to go: that is found only at the end.
            let taken = caisson.folder.file("kept")
            try FileManager.default.createDirectory(atPath: "\(taken)/a/b", withIntermediateDirectories: true)
            let flags = ["--artifact", "a", "--artifacts-dir", taken]
            let good = try await caisson.run(flags, "touch", "a")
            #expect(good.status == 2)
            #expect(good.err.contains(" succeeded: "))
            #expect(good.err.contains("error: output_unwritable: \(taken) cannot be written"))
            let bad = try await caisson.run(flags, "sh", "-c", "touch a; exit 3")
            #expect(bad.status == 1)
            #expect(bad.err.contains(" failed: "))
            #expect(bad.err.contains("error: output_unwritable"))
        }
    }
}
