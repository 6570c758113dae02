import Foundation
import TestSupport
import Testing

/// `caisson run -f`, from a document to what comes back, on the real engine.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct RunDocumentTests {
    private static let document = """
        kind: job
        image: shell
        command: [sh, -c, "cat; cat in/data data.bin src/main; echo $V $W; ulimit -n"]
        files: {in/data: {path: data}, data.bin: {base64: "AP8K"}}
        stdin: {content: "from the document\\n"}
        env: {V: "1.20", W: one}
        limits: {files: 200, run: 30s}
        """

    @Test("a document, a folder and flags make one job")
    func runs() async throws {
        try await CommandFixture.with { caisson in
            let path = try caisson.folder.write(Self.document, to: "job.yaml")
            try caisson.folder.write("a file beside it\n", to: "data")
            try FileManager.default.createDirectory(
                atPath: caisson.folder.file("tree"), withIntermediateDirectories: false)
            try caisson.folder.write("main\n", to: "tree/main")
            let flags = ["--dir", "\(caisson.folder.file("tree")):src", "--env", "W=two", "--limit", "files=210"]
            let outcome = try await caisson.start(["run", "-f", path] + flags).outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            let wanted = Data("from the document\na file beside it\n".utf8) + [0, 0xFF, 0x0A]
            #expect(outcome.stdout == wanted + Data("main\n1.20 two\n210\n".utf8))
        }
    }

    @Test("a document from the standard input, with a command of its own")
    func stream() async throws {
        try await CommandFixture.with { caisson in
            let document = Data(#"{"kind": "job", "image": "shell", "command": ["false"]}"#.utf8)
            let outcome = try await caisson.start(["run", "-f", "-", "--", "echo", "hi"], stdin: document).outcome()
            #expect((outcome.status, outcome.out) == (0, "hi\n"))
        }
    }

    @Test("a wrong document starts nothing, keeps nothing, and exits 2 with every mistake")
    func wrong() async throws {
        try await CommandFixture.with { caisson in
            let document = Data("kind: job\nimage: shell\ncomand: [ls]\nlimits: {memory: 1KiB}\n".utf8)
            let outcome = try await caisson.start(["run", "-f", "-"], stdin: document).outcome()
            #expect((outcome.status, outcome.out) == (2, ""))
            #expect(outcome.err.contains("standard input:3:1: /comand is not a key that is known here."))
            #expect(outcome.err.contains("Did you mean command?"))
            #expect(outcome.err.contains("standard input:4:18: /limits/memory is 1KiB, but must be 16MiB ... 1024GiB."))
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }

    @Test("an input file that cannot be kept as it was named is invalid input, and there is no job")
    func gone() async throws {
        try await CommandFixture.with { caisson in
            try FileManager.default.createDirectory(
                atPath: caisson.folder.file("tree"), withIntermediateDirectories: false)
            #expect(mkfifo(caisson.folder.file("tree/fifo"), 0o600) == 0)
            let outcome = try await caisson.run(["--dir", caisson.folder.file("tree")], "ls")
            #expect(outcome.status == 2)
            #expect(outcome.err.contains("tree/fifo is a FIFO, which cannot be given to a job."))
            #expect(!FileManager.default.fileExists(atPath: caisson.home))
        }
    }
}
