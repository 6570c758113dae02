import Documents
import Model
import Testing

@Suite struct GraphDocumentTests {
    /// A condition with `!` in it is wrong.
    static let check: SubmissionDocument.ConditionCheck = { condition, names in
        condition.contains("!") ? ("is wrong (\(names.joined(separator: ",")))", "Leave ! out.") : nil
    }

    static func read(_ text: String, name: String = "graph.yaml") throws -> SubmissionDocument {
        try SubmissionDocument(reading: Array(text.utf8), name: name, checkCondition: check)
    }

    static func graph(_ text: String, name: String = "graph.yaml") throws -> GraphDocument {
        guard case .graph(let graph) = try read(text, name: name) else { throw NoGraph() }
        return graph
    }
    struct NoGraph: Error {}

    static func mistakes(_ text: String, name: String = "graph.yaml") -> [DocumentMistake] {
        do {
            _ = try read(text, name: name)
            return []
        } catch let error as DocumentMistakes {
            return error.mistakes
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    static let whole = """
        kind: graph
        name: Night run
        project: team-a
        queue: night
        priority: 3
        idempotency_key: k1
        hold: true
        defaults:
          image: python
          env: {A: "1", B: "2"}
          limits: {memory: 128MiB, run: 30s}
          retry: {attempts: 2}
          files: {common.txt: {content: c}}
        jobs:
          list: {command: [a]}
          each:
            each: {from: list, list: "result['x']", limit: 5}
            command: [b]
            env: {B: "3"}
            limits: {run: 1m}
            concurrency: {key: k, limit: 2}
          agree: {needs: {list: {when: "result['x'] > 1"}}, approval: "Go on?", delay: 1s}
          last:
            needs: {agree: ok, each: any}
            queue: day
            priority: -1
            files:
              r.json: {from: each, result: true}
              out.txt: {from: list, stdout: true, executable: true}
              err.txt: {from: list, stderr: true}
              a.bin: {from: list, artifact: out/a.bin}
              common.txt: {content: other}
            command: [c]
            effect: idempotent
            not_before: "2026-03-01T08:15:00Z"
          same: {needs: [list, each], command: [b], env: {B: "3"}, limits: {run: 1m}}
        """

    @Test("a graph is read with its nodes in order, its defaults, its needs and what goes without saying")
    func everything() throws {
        let graph = try Self.graph(Self.whole)
        #expect((graph.title, graph.project, graph.queue, graph.priority) == ("Night run", "team-a", "night", 3))
        #expect((graph.isHeld, graph.idempotencyKey) == (true, "k1"))
        #expect(graph.nodes.map(\.name) == ["list", "each", "agree", "last", "same"])
        #expect(graph.nodes.map(\.kind) == [.job, .map, .approval, .job, .job])
        let (each, agree, last) = (graph.nodes[1], graph.nodes[2], graph.nodes[3])
        #expect(each.job.environment == ["A": "1", "B": "3"])
        #expect(each.job.limits == [.memory: 128 << 20, .run: 60_000])
        #expect(each.each == NodeSpec.FanOut(node: "list", list: "result['x']", limit: 5))
        #expect(each.needs == [Need(node: "list")])
        #expect(agree.needs == [Need(node: "list", on: .when("result['x'] > 1"))])
        #expect(agree.question == "Go on?")
        // A file from a node is a need of it, unless another one is given.
        #expect(last.needs == [Need(node: "agree"), Need(node: "each", on: .any), Need(node: "list")])
        #expect(last.job.files.map(\.content) == [.bytes(Array("other".utf8))])
        #expect(
            last.job.references.map(\.reference) == [
                InputReference(node: "each", part: .result), InputReference(node: "list", part: .stdout),
                InputReference(node: "list", part: .stderr),
                InputReference(node: "list", part: .artifact, path: "out/a.bin"),
            ])
        #expect(last.job.references.map(\.isExecutable) == [false, true, false, false])
    }

    @Test(
        "what is handed in: nodes that run the same share a spec, places and times are set, and nothing is wrong with it"
    )
    func submission() throws {
        let graph = try Self.graph(Self.whole)
        let (jobs, indexes) = graph.works
        #expect(indexes == [0, 1, nil, 2, 1])
        let limits = Limits(
            milliCPUs: 1000, memory: .mebibytes(256), pids: 64, output: .mebibytes(10), result: .mebibytes(1),
            artifacts: .mebibytes(64), work: .mebibytes(64), tmp: .mebibytes(16), files: 256, start: .seconds(30),
            run: .seconds(60), grace: .seconds(5))
        let specs = jobs.map { $0.spec(profile: ("python", limits), files: [], stdin: .none) }
        let submission = graph.submission(specs: specs, indexes: indexes)
        #expect(submission.mistakes == [])
        #expect(submission.isGraph && submission.isHeld)
        #expect((submission.name, submission.idempotencyKey) == ("Night run", "k1"))
        let root = Placement(project: "team-a", queue: "night", priority: 3)
        #expect(submission.placement == root)
        #expect(submission.nodes[0].placement == root)
        #expect(submission.nodes[1].placement.concurrency == .init(key: "k", limit: 2))
        #expect(submission.nodes[3].placement == Placement(project: "team-a", queue: "day", priority: -1))
        #expect(submission.nodes[2].delayMilliseconds == 1000)
        #expect(submission.nodes[3].notBefore?.rfc3339 == "2026-03-01T08:15:00.000Z")
        #expect(submission.nodes.map(\.spec) == [0, 1, nil, 2, 1])
        #expect(specs[2].effect == .idempotent)
        #expect(specs[2].retry.attempts == 2)
        #expect(specs[2].files.map(\.path) == ["r.json", "out.txt", "err.txt", "a.bin"])
        #expect(specs[0].limits.memory == .mebibytes(128))
        #expect(specs[0].imageName == "python")
    }

    @Test(
        "a list is jobs without needs, named or counted",
        arguments: [
            "kind: list\ndefaults: {image: shell}\njobs: [{command: [a]}, {name: x, command: [b], kind: job}]",
            "- {image: shell, command: [a]}\n- {image: shell, name: x, command: [b]}",
            "[{\"image\": \"shell\", \"command\": [\"a\"]}, {\"image\": \"shell\", \"name\": \"x\", \"command\": [\"b\"]}]",
        ])
    func list(_ text: String) throws {
        let list = try Self.graph(text, name: "-")
        #expect(!list.isGraph)
        #expect(list.nodes.map(\.name) == ["1", "x"])
        #expect(list.nodes.map(\.job.command) == [["a"], ["b"]])
        #expect(list.nodes.allSatisfy { $0.job.image == "shell" && $0.needs.isEmpty })
    }

    @Test("a job document is a submission, too, and other kinds are named where only a job can be run")
    func kinds() throws {
        guard case .job(let job) = try Self.read("kind: job\nimage: x\nqueue: q") else { throw NoGraph() }
        #expect((job.image, job.queue) == ("x", "q"))
        let error = #expect(throws: DocumentMistakes.self) {
            try JobDocument(reading: Array("kind: graph".utf8), name: "g.yaml")
        }
        #expect(error?.mistakes.first?.remedy == "Hand it in with `caisson submit -f`.")
        #expect(Self.mistakes("").map(\.code) == [.documentWrongType])
        #expect(Self.mistakes("1").map(\.code) == [.documentWrongType])
        #expect(Self.mistakes("jobs: {}").first?.remedy == "Begin with kind: graph.")
    }

    @Test("two hundred thousand names are no trouble, one more job is")
    func bounds() throws {
        #expect(DocumentBounds.Size.submission.nodes >= 20 * Submission.mostNodes)
        let chain = (0..<10_001).map { "j\($0): {command: [a]\($0 == 0 ? "" : ", needs: j\($0 - 1)")}" }
        let head = "kind: graph\ndefaults: {image: x}\njobs:\n  "
        let deep = Self.mistakes(head + chain.joined(separator: "\n  "))
        #expect(deep.map(\.pointer.description) == ["/jobs"])
        #expect(deep.first?.message.contains("10001 jobs deep") == true)
        #expect(Self.mistakes(head + chain.dropLast().joined(separator: "\n  ")).isEmpty)
    }
}
