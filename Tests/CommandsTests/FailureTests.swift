import ArgumentParser
import Daemon
import Foundation
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct FailureTests {
    private func json(_ failure: Failure) throws -> JSONValue {
        let lines = failure.lines(.json, id: "0123abcd")
        #expect(lines.count == 1)
        return try JSONDecoder().decode(JSONValue.self, from: Data(lines.joined().utf8))
    }

    @Test("an error is a line with its code, and a hint; who can do nothing about it gets an id, too")
    func text() {
        #expect(
            Failure(StoreError.notFound("x")).lines(.table, id: "0123abcd") == [
                "error: not_found: There is no x in the store.", "hint: See `caisson list` for the ids there are.",
            ])
        let slow = EngineError.timedOut(call: "GET /info", limit: .seconds(10))
        let lines = Failure(slow).lines(.table, id: "0123abcd")
        #expect(lines.count == 3)
        #expect(lines.last == "id: 0123abcd")
    }

    @Test("as JSON the same is one object, always with the id")
    func object() throws {
        let error = StoreError.notFound("x")
        #expect(
            try json(Failure(error)) == [
                "error": [
                    "code": "not_found", "message": .string(error.message), "hint": .string(error.remedy ?? ""),
                    "id": "0123abcd",
                ]
            ])
    }

    @Test("several mistakes are told one after the other, and as a list in one object")
    func several() throws {
        let mistakes: [any UserFacingError] = [
            ModelError.outOfRange(field: "--limit", value: "0", allowed: "1 ... 9"), FileError.notAFile(path: "/dev"),
        ]
        let failure = Failure(InputError(mistakes: mistakes))
        #expect(failure.status == .invalidInput)
        let lines = failure.lines(.table, id: "i")
        #expect(lines.map { $0.prefix { $0 != ":" } } == ["error", "hint", "error", "hint"])
        let error = try #require(try json(failure)["error"])
        #expect(error["code"] == "invalid_input")
        #expect(
            error["mistakes"]?.arrayValue?.compactMap { $0["code"]?.stringValue } == [
                "invalid_input", "input_unreadable",
            ])
        #expect(error["mistakes"]?.arrayValue?.first?["hint"]?.stringValue?.contains("--limit") == true)
    }

    @Test("what a daemon has said of its failed start is told as if it were ours, with its status")
    func relayed() {
        let locked = RelayedError(code: .storeLocked, message: "The folder is in use.", remedy: "Wait.")
        #expect(Failure(locked).status == .conflict)
        let both = Failure(RelayedMistakes(mistakes: [locked, locked]))
        #expect(both.status == .conflict)
        #expect(both.lines(.table, id: "i").first == "error: store_locked: The folder is in use.")
    }

    @Test(
        "what the parser refuses is invalid input, in the same form, with the verb's help for a hint",
        arguments: [
            (["run", "--image"], "caisson run --help"),
            (["run", "--image", "x", "--nonsense", "--", "y"], "caisson run --help"),
            (["list", "--limit", "0"], "caisson list --help"), (["nonsense"], "caisson --help"),
            (["logs", "x", "--stream", "in"], "caisson logs --help"), (["list", "-o", "yaml"], "caisson list --help"),
            (["profile", "show"], "caisson profile show --help"), (["image", "add", "x"], "caisson image add --help"),
        ])
    func usage(_ arguments: [String], _ hint: String) throws {
        do {
            _ = try Caisson.parseAsRoot(arguments)
            Issue.record("it was parsed")
        } catch {
            let failure = Failure(error, arguments: arguments)
            #expect(failure.status == .invalidInput)
            let lines = failure.lines(.table, id: "i")
            #expect(lines.count == 2)
            #expect(lines.first?.hasPrefix("error: invalid_input: ") == true)
            #expect(lines.last == "hint: See `\(hint)`.")
            #expect(try json(failure)["error"]?["code"] == "invalid_input")
        }
    }

    @Test("help is no failure, and prints nothing to stderr")
    func help() {
        for arguments in [["--help"], ["help"], ["run", "--help"], ["--version"]] {
            do {
                var command = try Caisson.parseAsRoot(arguments)
                try command.run()
                Issue.record("it was parsed")
            } catch {
                #expect(Failure(error).status == .ok)
                #expect(Failure(error).lines(.table, id: "i").isEmpty)
            }
        }
    }

    @Test("a reader that has enough is no failure; an error without words is a fault of ours")
    func others() {
        #expect(Failure(ReaderHasEnded()).status == .ok)
        #expect(Failure(ReaderHasEnded()).lines(.table, id: "i").isEmpty)
        struct Odd: Error {}
        #expect(Failure(Odd()).status == .errored)
        #expect(
            Failure(Odd()).lines(.table, id: "i").first
                == "error: internal_fault: Something failed that never should (Odd).")
    }

    @Test("what others wrote cannot steer the terminal")
    func control() {
        let error = EngineError.refused(call: "GET /x", status: 500, detail: "a\u{1B}[31m\nerror: ok: fine\u{202E}")
        for line in Failure(error).lines(.table, id: "i") {
            #expect(!line.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E }, "\(line)")
        }
    }

    @Test("the form is known even where the command line cannot be parsed; the command's own words do not count")
    func form() {
        for arguments in [
            ["-o", "json"], ["-ojson"], ["-o=json"], ["--output", "json"], ["x", "--output=json", "y"],
        ] {
            #expect(CommandLineText.form(arguments) == .json, "\(arguments)")
        }
        for arguments in [[], ["-o"], ["-o", "table"], ["json"], ["run", "--", "-o", "json"], ["-o", "--", "json"]] {
            #expect(CommandLineText.form(arguments) == .table, "\(arguments)")
        }
    }
}

@Suite struct OutputTests {
    @Test("what cannot be printed is an error, not a success", arguments: [["list"], ["list", "-o", "json"]])
    func unwritable(_ arguments: [String]) async throws {
        let list = try #require(try Caisson.parseAsRoot(arguments) as? ListCommand)
        let full = OutputError.unwritable(stream: "standard output", reason: "no space left on device")
        await #expect(throws: full) {
            try await list.run(reader: FakeDaemon(), now: QueueSamples.now, output: Output { _, _ in throw full })
        }
        #expect(Failure(full).status == .invalidInput)
    }
}

@Suite struct ArtifactFolderTests {
    @Test("a folder that exists, or can be made, is accepted, and is not made yet")
    func writable() async throws {
        try await TemporaryFolder.with { folder in
            #expect(ArtifactWriter.mistake(folder: folder.path) == nil)
            #expect(ArtifactWriter.mistake(folder: folder.file("a/b/../c")) == nil)
            let contents = try folder.contents()
            #expect(contents.isEmpty)
        }
    }

    @Test("a file, and a place below one, are told before anything runs")
    func unwritable() async throws {
        try await TemporaryFolder.with { folder in
            let file = try folder.write("x", to: "file")
            for path in [file, "\(file)/below"] {
                let mistake = ArtifactWriter.mistake(folder: path)
                #expect(mistake?.code == .outputUnwritable, "\(path)")
            }
        }
    }
}
