import Documents
import Model
import Testing

@Suite struct JobDocumentTests {
    private func document(_ text: String, name: String = "job.yaml") throws -> JobDocument {
        try JobDocument(reading: Array(text.utf8), name: name)
    }

    private func mistakes(_ text: String, name: String = "job.yaml") -> [DocumentMistake] {
        do {
            _ = try document(text, name: name)
            return []
        } catch let error as DocumentMistakes {
            return error.mistakes
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    static let whole = """
        kind: job
        image: python
        command: [python3, -c, "print(6 * 7)", "1"]
        files:
          data.csv: {content: "a,b\\n1,2\\n"}
          in/run.sh: {base64: "IyE=", executable: true}
          in/local: {path: ../x}
        stdin: {content: "in"}
        env: {GREETING: hi, EMPTY: ""}
        profile: python
        limits: {cpus: 0.5, memory: 256MiB, pids: 64, output: 10MiB, result: 1MiB, artifacts: 64MiB, work: 64MiB, tmp: 16MiB,
          files: 256, queue: 1h, pull: 5m, start: 30s, run: 60s, total: 2h, grace: 0s}
        output_policy: kill
        artifacts: ["out/*.png", log.txt]
        changes: true
        egress: []
        effect: idempotent
        retry: {attempts: 3, base: 500ms, cap: 1m}
        project: team-a
        queue: gpu
        priority: -5
        concurrency: {key: "db: main", limit: 2}
        delay: 90s
        hold: true
        idempotency_key: "2026-03/1"
        """

    static let wholeJSON = """
        {"kind": "job", "image": "python", "command": ["python3", "-c", "print(6 * 7)", "1"],
         "files": {"data.csv": {"content": "a,b\\n1,2\\n"}, "in/run.sh": {"base64": "IyE=", "executable": true},
          "in/local": {"path": "../x"}},
         "stdin": {"content": "in"}, "env": {"GREETING": "hi", "EMPTY": ""}, "profile": "python",
         "limits": {"cpus": 0.5, "memory": "256MiB", "pids": 64, "output": "10MiB", "result": "1MiB", "artifacts": "64MiB",
          "work": "64MiB", "tmp": "16MiB", "files": 256, "queue": "1h", "pull": "5m", "start": "30s", "run": "60s",
          "total": "2h", "grace": "0s"},
         "output_policy": "kill", "artifacts": ["out/*.png", "log.txt"], "changes": true, "egress": [],
         "effect": "idempotent", "retry": {"attempts": 3, "base": "500ms", "cap": "1m"}, "project": "team-a", "queue": "gpu",
         "priority": -5, "concurrency": {"key": "db: main", "limit": 2}, "delay": "90s", "hold": true,
         "idempotency_key": "2026-03/1"}
        """

    @Test("a document with every key is read, the same from YAML and from JSON", arguments: [whole, wholeJSON])
    func everything(_ text: String) throws {
        let job = try document(text, name: "-")
        #expect(job.image == "python")
        #expect(job.command == ["python3", "-c", "print(6 * 7)", "1"])
        #expect(job.files.map(\.name) == ["data.csv", "in/run.sh", "in/local"])
        #expect(
            job.files.map(\.content) == [.bytes(Array("a,b\n1,2\n".utf8)), .bytes(Array("#!".utf8)), .path("../x")])
        #expect(job.files.map(\.isExecutable) == [nil, true, nil])
        #expect(job.stdin == .bytes(Array("in".utf8)))
        #expect(job.environment == ["GREETING": "hi", "EMPTY": ""])
        #expect(job.profile == "python")
        #expect(job.limits.count == LimitField.allCases.count)
        #expect(job.limits[.cpus] == 500)
        #expect(job.limits[.memory] == 256 << 20)
        #expect(job.limits[.total] == 7_200_000)
        #expect(job.limits[.grace] == 0)
        #expect(job.outputPolicy == .kill)
        #expect(job.artifacts == ["out/*.png", "log.txt"])
        #expect(job.changes == true)
        #expect(job.effect == .idempotent)
        #expect(job.retry == RetryPolicy(attempts: 3, base: .milliseconds(500), cap: .seconds(60)))
        let concurrency = Placement.Concurrency(key: "db: main", limit: 2)
        #expect(job.placement == Placement(project: "team-a", queue: "gpu", priority: -5, concurrency: concurrency))
        #expect(job.delay == .seconds(90))
        #expect(job.isHeld == true)
        #expect(job.idempotencyKey == "2026-03/1")
    }

    @Test("what a document does not say is left open")
    func nothing() throws {
        let job = try document("kind: job")
        #expect((job.image, job.profile) == (nil, nil))
        #expect((job.command, job.stdin) == (nil, nil))
        #expect(job.files.isEmpty && job.environment.isEmpty && job.limits.isEmpty && job.artifacts.isEmpty)
        #expect((job.outputPolicy, job.changes) == (nil, nil))
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: String
        let pointer: String
        let line: Int
        let column: Int
        let says: String
        var testDescription: String { text }
        init(_ text: String, _ pointer: String, _ line: Int, _ column: Int, _ says: String) {
            (self.text, self.pointer, self.line, self.column, self.says) = (text, pointer, line, column, says)
        }
    }

    @Test(
        "each mistake is told with its pointer, line, column, and what to do",
        arguments: [
            Bad("image: x", "", 1, 1, "no kind"), Bad("kind: jobs", "/kind", 1, 7, "Did you mean job?"),
            Bad("kind: job\nimag: x", "/imag", 2, 1, "Did you mean image?"),
            Bad("kind: job\nx/y~z: 1", "/x~1y~0z", 2, 1, "not a key"),
            Bad("kind: job\nsecrets: [a]", "/secrets", 2, 1, "not available yet"),
            Bad("kind: job\nneeds: a", "/needs", 2, 1, "kind: graph"),
            Bad("kind: job\nretry: {attempts: 21}", "/retry/attempts", 2, 19, "1 to 20"),
            Bad("kind: job\nretry: {base: 1s}", "/retry", 2, 8, "how many attempts"),
            Bad("kind: job\nretry: {attempts: 2, base: 2m, cap: 1m}", "/retry/base", 2, 28, "at most the cap (1m)"),
            Bad("kind: job\nretry: {attempts: 2, base: 1}", "/retry/base", 2, 28, "1s, for example"),
            Bad("kind: job\nretry: {attempts: 2, bas: 1s}", "/retry/bas", 2, 22, "Did you mean base?"),
            Bad("kind: job\neffect: once\nretry: {attempts: 2}", "/retry", 3, 8, "never run again by itself"),
            Bad("kind: job\nqueue: GPU", "/queue", 2, 8, "is no name"),
            Bad("kind: job\npriority: 101", "/priority", 2, 11, "-100 to 100"),
            Bad("kind: job\npriority: high", "/priority", 2, 11, "a whole number"),
            Bad("kind: job\nconcurrency: {key: a}", "/concurrency", 2, 14, "both a key and a limit"),
            Bad("kind: job\nconcurrency: {key: a, limit: 0}", "/concurrency/limit", 2, 30, "1 to 100000"),
            Bad("kind: job\ndelay: 366d", "/delay", 2, 8, "0s to 365d"),
            Bad("kind: job\nnot_before: tomorrow", "/not_before", 2, 13, "RFC 3339"),
            Bad("kind: job\nnot_before: 2026-03-01", "/not_before", 2, 13, "Quote it"),
            Bad("kind: job\ndelay: 1s\nnot_before: '2026-03-01T08:15:00Z'", "/not_before", 3, 13, "with a delay"),
            Bad("kind: job\nidempotency_key: ''", "/idempotency_key", 2, 18, "1 to 200"),
            Bad("kind: job\nfiles: {x: {from: a, result: true}}", "/files/x", 2, 12, "has no content"),
            Bad("kind: job\nimage: 3.11", "/image", 2, 8, "Quote it"),
            Bad("kind: job\nimage: ''", "/image", 2, 8, "is empty"),
            Bad("kind: job\nimage:", "/image", 2, 7, "is empty, but must be a string"),
            Bad("kind: job\ncommand: ls -l", "/command", 2, 10, "must be a list"),
            Bad("kind: job\ncommand: []", "/command", 2, 10, "names no program"),
            Bad("kind: job\ncommand: [sleep, 10]", "/command/1", 2, 18, "Quote it"),
            Bad("kind: job\ncommand: [echo, no]", "/command/1", 2, 17, "Quote it"),
            Bad("kind: job\ncommand:\n- echo\n- true", "/command/1", 4, 3, "Quote it"),
            Bad("kind: job\ncommand: [\"a\\0\"]", "/command/0", 2, 11, "NUL"),
            Bad("kind: job\nenv: {V: 1.20}", "/env/V", 2, 10, "Quote it"),
            Bad("kind: job\nenv: {T: 12:30:00}", "/env/T", 2, 10, "Quote it"),
            Bad("kind: job\nenv: {A=B: x}", "/env/A=B", 2, 7, "no name for a variable"),
            Bad("kind: job\nenv: [a]", "/env", 2, 6, "must be a map"),
            Bad("kind: job\nlimits: {memory: 8MiB}", "/limits/memory", 2, 18, "8MiB, but must be 16MiB ... 1024GiB"),
            Bad("kind: job\nlimits: {memory: 256MB}", "/limits/memory", 2, 18, "256MiB"),
            Bad("kind: job\nlimits: {memory: 256}", "/limits/memory", 2, 18, "Add the unit"),
            Bad("kind: job\nlimits: {run: 60}", "/limits/run", 2, 15, "Add the unit"),
            Bad("kind: job\nlimits: {run: 25h}", "/limits/run", 2, 15, "100ms ... 24h"),
            Bad("kind: job\nlimits: {cpus: 0}", "/limits/cpus", 2, 16, "0.01 ... 1024"),
            Bad("kind: job\nlimits: {cpus: -1}", "/limits/cpus", 2, 16, "cores"),
            Bad("kind: job\nlimits: {cpus: '1'}", "/limits/cpus", 2, 16, "is a string, but must be"),
            Bad("kind: job\nlimits: {pids: 1.5}", "/limits/pids", 2, 16, "a whole number"),
            Bad("kind: job\nlimits: {pids: 0o17}", "/limits/pids", 2, 16, "do not agree"),
            Bad("kind: job\nlimits: {memroy: 1GiB}", "/limits/memroy", 2, 10, "Did you mean memory?"),
            Bad("kind: job\nfiles: {../x: {content: a}}", "/files/..~1x", 2, 9, "beneath /work"),
            Bad("kind: job\nfiles: {x: a}", "/files/x", 2, 12, "must be a map"),
            Bad("kind: job\nfiles: {x: {}}", "/files/x", 2, 12, "has no content"),
            Bad("kind: job\nfiles: {x: {content: a, path: b}}", "/files/x", 2, 12, "more than one content"),
            Bad("kind: job\nfiles: {x: {base64: '*'}}", "/files/x/base64", 2, 21, "is not base64"),
            Bad("kind: job\nfiles: {x: {contents: a}}", "/files/x/contents", 2, 13, "Did you mean content?"),
            Bad("kind: job\nfiles: {x: {content: a, executable: yes}}", "/files/x/executable", 2, 37, "true or false"),
            Bad("kind: job\nstdin: {executable: true, content: a}", "/stdin/executable", 2, 9, "not a key"),
            Bad("kind: job\noutput_policy: drop", "/output_policy", 2, 16, "truncate or kill"),
            Bad("kind: job\nartifacts: [a, /b]", "/artifacts/1", 2, 16, "beneath /work"),
            Bad("kind: job\nartifacts: [a, a]", "/artifacts/1", 2, 16, "there already"),
            Bad("kind: job\nchanges: 1", "/changes", 2, 10, "must be a boolean"),
            Bad("kind: job\negress: [{host: a}]", "/egress", 2, 9, "not available yet"),
            Bad("kind: job\neffect: onse", "/effect", 2, 9, "Did you mean once?"),
            Bad("kind: job\nimage: a\nimage: b", "/image", 3, 1, "there already"),
        ])
    func bad(_ bad: Bad) throws {
        let mistakes = mistakes(bad.text)
        let wanted = try #require(mistakes.first { $0.pointer.description == bad.pointer }, "\(mistakes)")
        #expect(wanted.code == .documentInvalid)
        #expect(wanted.position == DocumentPosition(line: bad.line, column: bad.column), "\(wanted.message)")
        let told = "\(wanted.message) \(wanted.remedy ?? "")"
        #expect(told.contains(bad.says), "\(told)")
        #expect(wanted.message.hasPrefix("job.yaml:\(bad.line):\(bad.column): "))
        // One mistake has no others in its train, but that an unknown content leaves none.
        #expect(
            mistakes.count == (bad.says.contains("mean content") ? 2 : bad.text.contains("from:") ? 3 : 1),
            "\(mistakes.map(\.message))")
    }

    @Test("all mistakes are told at once, in the order of their lines")
    func allAtOnce() {
        let text = """
            changes: maybe
            limits: {memory: 1KiB, nosuch: 1, run: 60}
            imag: python
            command: [sh, 1]
            env: {A: 1, A: "2"}
            """
        let told = mistakes(text)
        let pointers = [
            "", "/changes", "/limits/memory", "/limits/nosuch", "/limits/run", "/imag", "/command/1", "/env/A",
            "/env/A",
        ]
        #expect(told.map(\.pointer.description) == pointers)
        #expect(told.map { $0.position?.line ?? 0 } == told.map { $0.position?.line ?? 0 }.sorted())
    }

    @Test("a crowd of mistakes is told up to a bound, and the rest counted")
    func crowd() {
        let text = "kind: job\n" + (0..<500).map { "key\($0): 1\n" }.joined()
        let told = mistakes(text)
        #expect(told.count == DocumentBounds.mistakes + 1)
        #expect(told.last?.message.contains("400 more mistakes") == true)
    }

    @Test("five ways to be no document have five codes, and none of them is that of a wrong value")
    func codes() {
        #expect(mistakes("{", name: "a.json").map(\.code) == [.documentBadJSON])
        #expect(mistakes("a: [", name: "a.yaml").map(\.code) == [.documentBadYAML])
        for text in ["[1]", "1", "null", "\"job\""] {
            #expect(mistakes(text, name: "a.json").map(\.code) == [.documentWrongType])
        }
        for text in ["", "# x", "- 1", "x"] { #expect(mistakes(text).map(\.code) == [.documentWrongType]) }
        #expect(mistakes("\u{FEFF}kind: job").map(\.code) == [.documentBadEncoding])
        #expect(mistakes("kind: jot").map(\.code) == [.documentInvalid])
    }

    @Test("words, values and contents are repeated in no message; they may be secrets")
    func redacted() {
        let text = """
            kind: job
            command: [a, 190001000111]
            env: {A: 190001000111, B: 1900_01_0001_11}
            files: {x: {content: 190001000111}, z: {base64: "190001000111*"}}
            stdin: {content: 190001000111}
            """
        let told = mistakes(text)
        #expect(told.count == 6)
        for mistake in told { #expect(!"\(mistake.message) \(mistake.remedy ?? "")".contains("1900")) }
    }

    @Test("what a terminal would obey is not printed")
    func escapes() {
        let told = mistakes("kind: job\n\"a\\e[2J\\u202Eb\": 1\n")
        #expect(told.count == 1)
        #expect(told.first?.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E } == true)
    }
}
