import ArgumentParser
import Foundation
import Hardening
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct RunRequestTests {
    private func request(_ arguments: [String]) throws -> JobRequest {
        let flags = try RunCommand.parse(["--image", "shell"] + arguments)
        return try flags.request(profile: ProfileSet.builtIn.profile(named: "shell"))
    }

    private func mistakes(_ arguments: [String]) throws -> [any UserFacingError] {
        do {
            _ = try request(arguments)
            return []
        } catch let error as InputError {
            return error.mistakes
        }
    }

    @Test("what the flags say is what the job is")
    func flags() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("a,b\n", to: "data.csv")
            let request = try request([
                "--env", "A=1", "--env", "B=x=y", "--env", "C=", "--file", path, "--file", "\(path):in/other",
                "--artifact", "out/a", "--artifact", "b", "--timeout", "250ms", "--stdin", path, "--", "sh", "-c",
                "echo \"$A\" --image", "--", "",
            ])
            #expect(request.image == "shell")
            #expect(request.command == ["sh", "-c", "echo \"$A\" --image", "--", ""])
            #expect(request.environment == ["A": "1", "B": "x=y", "C": ""])
            #expect(request.files.map(\.path) == ["data.csv", "in/other"])
            #expect(request.files.allSatisfy { $0.size.bytes == 4 && !$0.isExecutable })
            #expect(request.artifacts == ["out/a", "b"])
            #expect(request.limits.run == .milliseconds(250))
            if case .stored = request.stdin {} else { Issue.record("\(request.stdin)") }
            #expect(request.profile == "shell")
        }
    }

    @Test("without flags, a job has the profile's limits, its run clock among them, and no input")
    func defaults() throws {
        let request = try request(["--", "true"])
        let limits = try ProfileSet.builtIn.profile(named: "shell").limits
        #expect(request.limits == limits)
        #expect(request.environment == [:])
        if case .none = request.stdin {} else { Issue.record("\(request.stdin)") }
        #expect(request.mistakes == [])
    }

    @Test("patterns are artifacts like any other; changes and the output policy are asked for by flags")
    func outputs() throws {
        let request = try request([
            "--artifact", "out/*.png", "--artifact", "**/[a-c]?.csv", "--changes", "/tmp/does-not-exist",
            "--output-policy", "kill",
            "--", "true",
        ])
        #expect(request.artifacts == ["out/*.png", "**/[a-c]?.csv"])
        #expect(request.collectsChanges)
        #expect(request.outputPolicy == .kill)
        let plain = try self.request(["--", "true"])
        #expect(!plain.collectsChanges && plain.outputPolicy == .truncate)
        let mistakes = try mistakes(["--output-policy", "drop", "--artifact", "../*", "--", "true"]).map(\.message)
        #expect(mistakes.count == 2)
        #expect(mistakes.contains { $0.contains("--output-policy is \"drop\", which is not truncate or kill") })
    }

    @Test("the mode of a program is kept")
    func executable() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("#!", to: "program")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            let files = try request(["--file", path, "--", "true"]).files
            #expect(files.map(\.isExecutable) == [true])
        }
    }

    @Test("everything that is wrong is told at once")
    func allAtOnce() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("x", to: "x")
            let mistakes = try mistakes([
                "--timeout", "60", "--env", "NOVALUE", "--env", "=x", "--file", folder.file("missing"), "--file",
                folder.path, "--file", "\(path):../escape", "--stdin", folder.file("missing"), "--artifact", "/etc",
            ])
            let codes = mistakes.map(\.code.rawValue).sorted()
            // The command is missing, too.
            #expect(
                codes == [String](repeating: "input_unreadable", count: 3)
                    + [String](repeating: "invalid_input", count: 6))
        }
    }

    @Test("a word of the environment that cannot be used is not repeated: it may be a secret")
    func redacted() throws {
        let mistakes = try mistakes(["--env", "tok3n-without-name", "--", "true"])
        #expect(mistakes.count == 1)
        #expect(mistakes.allSatisfy { !$0.message.contains("tok3n") && $0.remedy?.contains("tok3n") != true })
    }

    @Test(
        "a timeout without a unit, or out of its range, is refused",
        arguments: ["60", "s", "1.5s", "99ms", "25h", "-1s"])
    func timeouts(_ timeout: String) throws {
        #expect(try mistakes(["--timeout=\(timeout)", "--", "true"]).count == 1)
    }

    @Test("the content of a file is read piece by piece, to the length that it had")
    func content() async throws {
        try await TemporaryFolder.with { folder in
            let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            try Data(content).write(to: URL(filePath: folder.file("long")))
            let request = try request(["--file", folder.file("long"), "--", "true"])
            let input = try #require(request.files.first)
            var read: [UInt8] = []
            while let piece = try await input.source.next() {
                #expect(!piece.isEmpty)
                read += piece
            }
            #expect(read == content)
        }
    }

    // MARK: The parser

    @Test(
        "a command line that cannot be meant is refused by the parser",
        arguments: [
            ["run", "--image"], ["run", "-f"], ["run", "--limit"], ["run", "--image", "x", "true"],
            ["run", "--image", "x", "--nonsense", "--", "true"], ["show"], ["result"], ["logs"],
            ["logs", "x", "--stream", "in"], ["list", "--limit", "0"], ["list", "--limit", "10001"],
            ["list", "--limit", "x"], ["list", "-o", "yaml"], ["nonsense"],
        ])
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try Caisson.parseAsRoot(arguments) }
    }

    @Test("the verbs and their forms are read")
    func verbs() throws {
        let list = try #require(try Caisson.parseAsRoot(["list", "--limit", "7", "-o", "json"]) as? ListCommand)
        #expect((list.limit, list.form.form) == (7, .json))
        let logs = try #require(try Caisson.parseAsRoot(["logs", "@latest", "--stream", "err"]) as? LogsCommand)
        #expect((logs.job, logs.stream, logs.form.form) == ("@latest", .err, .table))
        let show = try #require(try Caisson.parseAsRoot(["show", "k3", "--output", "table"]) as? ShowCommand)
        #expect(show.job == "k3")
        let run = try #require(
            try Caisson.parseAsRoot(["run", "--image", "x", "--artifacts-dir", "d", "--home", "h", "--", "a", "--b"])
                as? RunCommand)
        #expect(
            (run.job.command, run.artifactsDir, run.home.home.home, run.job.timeout) == (["a", "--b"], "d", "h", nil))
    }
}
