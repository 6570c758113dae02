import ArgumentParser
import Documents
import Foundation
import Hardening
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct RunDocumentTests {
    private func request(
        _ text: String, in folder: TemporaryFolder, _ arguments: [String] = [], isTerminal: Bool = true
    )
        throws -> JobRequest
    {
        let path = try folder.write(text, to: "job.yaml")
        let flags = try RunCommand.parse(["-f", path] + arguments)
        return try flags.request(
            RunDocument(path), profile: ProfileSet.builtIn.profile(named: "shell"), isTerminal: isTerminal)
    }

    private func mistakes(_ text: String, in folder: TemporaryFolder, _ arguments: [String] = []) throws
        -> [any UserFacingError]
    {
        do {
            _ = try request(text, in: folder, arguments)
            return []
        } catch let error as InputError {
            return error.mistakes
        }
    }

    private func content(_ file: JobRequest.File?) async throws -> String? {
        guard let piece = try await file?.source.next() else { return nil }
        return String(decoding: piece, as: UTF8.self)
    }

    static let text = """
        kind: job
        image: python
        command: [python3, main.py]
        files: {main.py: {content: one}, local: {path: data.csv}, set: {path: data.csv, executable: true}}
        stdin: {path: data.csv}
        env: {A: "1", B: "2"}
        limits: {memory: 512MiB, run: 30s}
        output_policy: kill
        artifacts: [a, b]
        changes: true
        """

    @Test("a document alone is a job")
    func alone() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("a,b\n", to: "data.csv")
            let request = try request(Self.text, in: folder)
            #expect((request.image, request.command) == ("python", ["python3", "main.py"]))
            #expect(request.files.map(\.path) == ["main.py", "local", "set"])
            #expect(request.files.map(\.isExecutable) == [false, false, true])
            let contents = [try await content(request.files[0]), try await content(request.files[1])]
            #expect(contents == ["one", "a,b\n"])
            guard case .stored(let stdin) = request.stdin else {
                Issue.record("\(request.stdin)")
                return
            }
            let piece = try await stdin.next()
            #expect(piece == Array("a,b\n".utf8))
            #expect(request.environment == ["A": "1", "B": "2"])
            #expect((request.limits.memory, request.limits.run) == (.mebibytes(512), .seconds(30)))
            #expect(request.outputPolicy == .kill)
            #expect(request.artifacts == ["a", "b"])
            #expect(request.collectsChanges)
        }
    }

    @Test("flags win over the document")
    func flags() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("a,b\n", to: "data.csv")
            let other = try folder.write("two", to: "other")
            let arguments = [
                "--image", "shell", "--file", "\(other):main.py", "--stdin", other, "--env", "B=3", "--env", "C=4",
                "--limit", "memory=1GiB", "--timeout", "3h", "--output-policy", "truncate", "--artifact", "b",
                "--artifact",
                "c", "--", "sh", "main.py",
            ]
            let request = try request(Self.text, in: folder, arguments)
            #expect((request.image, request.command) == ("shell", ["sh", "main.py"]))
            #expect(request.files.map(\.path) == ["local", "set", "main.py"])
            let main = try await content(request.files.last)
            #expect(main == "two")
            #expect(request.environment == ["A": "1", "B": "3", "C": "4"])
            #expect((request.limits.memory, request.limits.run) == (.gibibytes(1), .seconds(10_800)))
            // A longer run has made the total longer.
            #expect(request.limits.total > .seconds(10_800))
            #expect(request.outputPolicy == .truncate)
            #expect(request.artifacts == ["a", "b", "c"])
        }
    }

    @Test("into a pipe or a file, output is cut at a gibibyte unless a limit is given")
    func pipe() async throws {
        try await TemporaryFolder.with { folder in
            let text = "kind: job\nimage: shell\ncommand: [ls]\n"
            #expect(try request(text, in: folder, isTerminal: true).limits.output == .mebibytes(10))
            #expect(try request(text, in: folder, isTerminal: false).limits.output == .gibibytes(1))
            let flagged = try request(text, in: folder, ["--limit", "output=1KiB"], isTerminal: false)
            #expect(flagged.limits.output == .kibibytes(1))
            let written = try request(text + "limits: {output: 2KiB}\n", in: folder, isTerminal: false)
            #expect(written.limits.output == .kibibytes(2))
        }
    }

    @Test("limits that do not fit together are told with their place, unless flags brought them")
    func conflict() async throws {
        try await TemporaryFolder.with { folder in
            let text = "kind: job\nimage: shell\ncommand: [ls]\nlimits: {work: 256MiB}\n"
            let told = try mistakes(text, in: folder)
            #expect(told.count == 1)
            let mistake = try #require(told.first as? DocumentMistake)
            #expect(mistake.pointer.description == "/limits")
            #expect(mistake.position?.line == 4)
            #expect(mistake.message.contains("288MiB"))
            #expect(try mistakes(text, in: folder, ["--limit", "memory=288MiB"]).isEmpty)
            let flagged = try mistakes(text, in: folder, ["--limit", "memory=287MiB"])
            #expect(flagged.map(\.code) == [.invalidInput])
        }
    }

    @Test("what is wrong with flags and with what the document names is told at once")
    func allAtOnce() async throws {
        try await TemporaryFolder.with { folder in
            let text = """
                kind: job
                image: "Not An Image"
                files: {x: {path: missing}, a/b: {content: c}}
                stdin: {path: .}
                """
            let other = try folder.write("o", to: "o")
            let told = try mistakes(
                text, in: folder,
                ["--limit", "nosuch=1", "--env", "x", "--file", "\(other):a", "--output-policy", "drop"])
            let pointers = told.compactMap { ($0 as? DocumentMistake)?.pointer.description }
            #expect(pointers == ["/files/x", "/stdin", "/image"])
            // The flags, the missing command, and the file where another one needs a folder.
            #expect(told.count - pointers.count == 5)
        }
    }

    @Test("a document that is not there, or a folder, or without an image, is told")
    func missing() async throws {
        try await TemporaryFolder.with { folder in
            func codes(_ body: () throws -> Void) throws -> [ErrorCode] {
                do {
                    try body()
                    return []
                } catch let error as InputError {
                    return error.mistakes.map(\.code)
                }
            }
            #expect(try codes { _ = try RunDocument(folder.file("nosuch.yaml")) } == [.documentMissing])
            #expect(try codes { _ = try RunDocument(folder.path) } == [.inputUnreadable])
            let bare = try mistakes("kind: job\ncommand: [ls]", in: folder)
            #expect(bare.map(\.message) == ["No image is given."])
        }
    }

    @Test("standard input can be the document or the command's input, not both")
    func standardInput() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("{\"kind\": \"job\", \"image\": \"shell\", \"command\": [\"cat\"]}", to: "job")
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            let asked = try RunDocument("-", standardInput: handle.fileDescriptor)
            #expect(asked.document.image == "shell")
            let flags = try RunCommand.parse(["-f", "-", "--stdin", "-"])
            let profile = try ProfileSet.builtIn.profile(named: "shell")
            #expect {
                try flags.request(asked, profile: profile)
            } throws: { error in
                (error as? InputError)?.mistakes.map(\.code) == [.invalidInput]
            }
        }
    }

    @Test("folders go in beside files; names that meet are refused, and so is a destination that leaves /work")
    func folders() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(atPath: folder.file("src"), withIntermediateDirectories: false)
            try folder.write("x", to: "src/x")
            let text = "kind: job\nimage: shell\ncommand: [ls]\n"
            let source = folder.file("src")
            #expect(try request(text, in: folder, ["--dir", source]).files.map(\.path) == ["x"])
            #expect(try request(text, in: folder, ["--dir", "\(source):in/y"]).files.map(\.path) == ["in/y/x"])
            for arguments in [
                ["--dir", source, "--file", "\(source)/x"], ["--dir", "\(source):x", "--file", "\(source)/x"],
                ["--dir", "\(source):../y"], ["--dir", "\(source):/y"], ["--dir", "\(source):"],
            ] {
                #expect(try mistakes(text, in: folder, arguments).count == 1, "\(arguments)")
            }
        }
    }

    @Test("a colon in a name, and a name that was no text, are explained")
    func colons() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.write("x", to: "a:b")
            let text = "kind: job\nimage: shell\ncommand: [ls]\n"
            let told = try mistakes(text, in: folder, ["--file", path])
            #expect(told.count == 1)
            #expect(told.first?.remedy?.contains("\(path):NAME") == true)
            #expect(try request(text, in: folder, ["--file", "\(path):c"]).files.map(\.path) == ["c"])
            #expect(try mistakes(text, in: folder, ["--file", "\(path):\u{FFFD}"]).map(\.code) == [.invalidInput])
        }
    }
}
