import Foundation
import Model
import Testing

@Suite struct JobSpecTests {
    private func mistakes(_ change: (inout JobSpec) -> Void) -> [ModelError] {
        var spec = Samples.spec
        change(&spec)
        return spec.mistakes
    }

    private func file(_ path: String, _ size: Int64 = 1) -> JobSpec.InputFile {
        .init(path: path, size: ByteCount(bytes: size), isExecutable: false, digest: "")
    }

    @Test("a good spec has no mistake, and rounds")
    func good() throws {
        #expect(Samples.spec.mistakes == [])
        var spec = Samples.spec
        spec.profileDigest = "sha256:p"
        let bytes = try JSONEncoder().encode(spec)
        #expect(try JSONDecoder().decode(JobSpec.self, from: bytes) == spec)
        let names = try #require(JSONDecoder().decode(JSONValue.self, from: bytes).objectValue?.keys)
        #expect(
            Set(names) == [
                "image_id", "image_name", "command", "environment", "files", "stdin", "artifacts",
                "collects_changes", "output_policy", "profile", "profile_digest", "limits", "effect", "retry",
            ])
    }

    @Test("a spec that the first release stored can still be read")
    func firstRelease() throws {
        let limits = """
            {"artifacts_bytes":67108864,"cpus_thousandths":1500,"files":1024,"grace_ms":2000,"memory_bytes":268435456,\
            "output_bytes":10485760,"pids":64,"result_bytes":1048576,"run_ms":60500,"start_ms":30000,\
            "tmp_bytes":16777216,"work_bytes":67108864}
            """
        let text = """
            {"artifacts":[],"command":["cat"],"environment":{},\
            "files":[{"is_executable":true,"path":"in","size_bytes":3}],"has_standard_input":true,\
            "image_id":"sha256:1","image_name":"shell","limits":\(limits),"profile":"standard"}
            """
        let spec = try JSONDecoder().decode(JobSpec.self, from: Data(text.utf8))
        #expect(spec.stdin == .live)
        #expect(spec.files == [.init(path: "in", size: ByteCount(bytes: 3), isExecutable: true, digest: "")])
        #expect((spec.outputPolicy, spec.collectsChanges) == (.truncate, false))
        #expect(
            (spec.limits.queue, spec.limits.pull, spec.limits.total) == (.seconds(3600), .seconds(300), .seconds(7200)))
    }

    @Test(
        "each kind of standard input rounds",
        arguments: [
            JobSpec.StandardInput.none, .live, .stored(digest: "sha256:e", size: .kibibytes(2)),
        ])
    func stdin(_ stdin: JobSpec.StandardInput) throws {
        #expect(try JSONDecoder().decode(JobSpec.StandardInput.self, from: JSONEncoder().encode(stdin)) == stdin)
    }

    @Test("a command must have a program, no NUL byte, and fit")
    func command() {
        for command in [[], [""], ["", "x"], ["a\0b"], ["a", "\0"], ["a", String(repeating: "x", count: 128 << 10)]] {
            #expect(mistakes { $0.command = command }.count == 1)
        }
        let longest = ["a", String(repeating: "x", count: (128 << 10) - 3)]
        #expect(mistakes { $0.command = longest } == [])
        #expect(mistakes { $0.command = ["a", "", "ü\n"] } == [])
    }

    @Test("an environment variable must have a name, and no NUL byte anywhere")
    func environment() {
        for (name, value) in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0")] {
            #expect(mistakes { $0.environment = [name: value] }.count == 1)
        }
        #expect(mistakes { $0.environment = ["A": String(repeating: "x", count: 128 << 10)] }.count == 1)
        #expect(mistakes { $0.environment = ["A": "", "b c": "=\n"] } == [])
    }

    @Test("the value of a wrong variable is not told")
    func redacted() {
        for mistake in mistakes({ $0.environment = ["A\0": "the secret"] }) {
            #expect(!mistake.message.contains("secret"))
        }
        for mistake in mistakes({ $0.command = ["a", "the secret\0"] }) { #expect(!mistake.message.contains("secret")) }
    }

    @Test(
        "a path that does not stay beneath /work is refused, as a file and as an artifact",
        arguments: [
            "", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", ".", "./a", "a/.", "a//b", "a/", "a\0b",
            String(repeating: "x", count: 1025),
        ])
    func paths(_ path: String) {
        #expect(mistakes { $0.files = [file(path)] }.count == 1)
        #expect(mistakes { $0.artifacts = [path] }.count == 1)
    }

    @Test("a plain path is fine", arguments: ["a", "a/b/c", "..a", "a..", "...", " ", "ü", "-rf", "result.json"])
    func plainPaths(_ path: String) {
        #expect(mistakes { $0.files = [file(path)] } == [])
        #expect(mistakes { $0.artifacts = [path] } == [])
    }

    @Test("no path may be given twice, and not too many of them")
    func numbers() {
        #expect(mistakes { $0.files = [file("a"), file("b"), file("a"), file("a")] }.count == 1)
        #expect(mistakes { $0.artifacts = ["a", "a"] }.count == 1)
        #expect(mistakes { $0.files = (0..<1024).map { file("f\($0)") } } == [])
        #expect(mistakes { $0.files = (0...1024).map { file("f\($0)") } }.count == 1)
        #expect(mistakes { $0.artifacts = (0..<256).map { "f\($0)" } } == [])
        #expect(mistakes { $0.artifacts = (0...256).map { "f\($0)" } }.count == 1)
    }

    @Test("all files together must fit into /work")
    func filesFit() {
        let half = Samples.limits.work.bytes / 2
        #expect(mistakes { $0.files = [file("a", half), file("b", half)] } == [])
        #expect(mistakes { $0.files = [file("a", half), file("b", half), file("c", 1)] }.count == 1)
    }

    @Test("files are counted in whole pages, and empty ones in none")
    func pages() {
        let pages = Samples.limits.work.bytes / 4096
        let small = (0..<pages / 32).map { file("f\($0)", 31 * 4096 + 1) }
        #expect(mistakes { $0.files = small } == [])
        #expect(mistakes { $0.files = small + [file("empty", 0)] } == [])
        #expect(mistakes { $0.files = small + [file("one", 1)] }.count == 1)
        #expect(mistakes { $0.files = [file("a", .max), file("b", .max)] }.count == 1)
    }

    @Test("a file cannot stand where another one needs a folder")
    func fileAndFolder() {
        #expect(mistakes { $0.files = [file("a/b/c"), file("a/b")] }.count == 1)
        #expect(mistakes { $0.files = [file("a"), file("ab/c"), file("a.b")] } == [])
    }

    @Test("everything that is wrong is told at once")
    func allAtOnce() {
        let mistakes = mistakes { spec in
            spec.command = []
            spec.environment = ["": "x", "A=": "y"]
            spec.files = [file("/a"), file("b", 1 << 40), file("b")]
            spec.artifacts = ["..", "c", "c"]
            spec.limits.pids = 0
            spec.limits.grace = .seconds(-1)
        }
        #expect(mistakes.count == 10)
        #expect(Set(mistakes).count == 10)
    }
}
