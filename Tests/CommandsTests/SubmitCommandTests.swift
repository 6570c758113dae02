import ArgumentParser
import Daemon
import Foundation
import Hardening
import Model
import Ports
import TestSupport
import Testing

@testable import Commands

@Suite struct SubmitCommandTests {
    private func request(_ words: [String], command: [String] = []) throws -> SubmissionRequest {
        var flags = try SubmitCommand.parse(words)
        flags.job.command = command
        return try SubmissionRequest.make(flags, profiles: .builtIn)
    }

    private func submission(_ words: [String], command: [String] = [], daemon: FakeDaemon = FakeDaemon()) async throws
        -> Submission
    {
        _ = try await request(words, command: command).handIn(daemon)
        return try #require(daemon.submissions.first)
    }

    private func mistakes(_ words: [String], command: [String] = []) -> [any UserFacingError] {
        do {
            _ = try request(words, command: command)
            return []
        } catch let error as InputError {
            return error.mistakes
        } catch {
            Issue.record("\(error)")
            return []
        }
    }

    @Test("a job of flags is one node with its spec, its image by name, and its place")
    func flags() async throws {
        let submission = try await submission(
            [
                "--image", "python", "--env", "A=1", "--queue", "gpu", "--priority", "-3", "--idempotency-key", "k",
                "--hold",
            ],
            command: ["python3", "-c", "1"])
        #expect(!submission.isGraph && submission.isHeld)
        #expect(submission.idempotencyKey == "k")
        #expect(submission.nodes.count == 1)
        #expect(submission.nodes[0].placement == Placement(queue: "gpu", priority: -3))
        let spec = submission.specs[0]
        #expect((spec.imageName, spec.imageID, spec.profile) == ("python", "", "python"))
        #expect(spec.command == ["python3", "-c", "1"])
        #expect(spec.environment == ["A": "1"])
    }

    @Test("a folder of profiles goes along with every job, from the root on; without one there is none")
    func profilesFolder() async throws {
        try await TemporaryFolder.with { folder in
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path
            let set = try ProfileFolder.read("\(root)/./Profiles")
            let list = try folder.write(
                "kind: list\ndefaults: {image: shell}\njobs:\n  - command: [a]\n  - command: [b]\n", to: "list.yaml")
            for words in [["--image", "shell"], ["-f", list]] {
                var flags = try SubmitCommand.parse(words)
                if words[0] == "--image" { flags.job.command = ["true"] }
                let daemon = FakeDaemon()
                _ = try await SubmissionRequest.make(flags, profiles: set).handIn(daemon)
                let specs = try #require(daemon.submissions.first).specs
                #expect(!specs.isEmpty)
                #expect(specs.allSatisfy { $0.profilesFolder == "\(root)/Profiles" })
            }
            let plain = try await submission(["--image", "shell"], command: ["true"])
            #expect(plain.specs[0].profilesFolder == nil)
        }
    }

    @Test("a document's job keeps its effect, retry, delay and place; flags win over it")
    func jobDocument() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder.path)/job.yaml"
            try """
            kind: job
            image: shell
            command: [cat, in.txt]
            files: {in.txt: {content: hello}}
            stdin: {content: abc}
            effect: idempotent
            retry: {attempts: 3}
            queue: night
            priority: 5
            delay: 10s
            concurrency: {key: db, limit: 2}
            """.write(toFile: path, atomically: true, encoding: .utf8)
            let daemon = FakeDaemon()
            let submission = try await submission(["-f", path, "--queue", "day", "--limit", "run=5s"], daemon: daemon)
            let spec = submission.specs[0]
            #expect((spec.effect, spec.retry.attempts) == (.idempotent, 3))
            #expect(spec.limits.run == .seconds(5))
            #expect(spec.files.map(\.digest) == ["sha256:1"])
            #expect(spec.stdin == .stored(digest: "sha256:2", size: ByteCount(bytes: 3)))
            #expect(daemon.kept == [Array("hello".utf8), Array("abc".utf8)])
            let node = submission.nodes[0]
            #expect(node.placement == Placement(queue: "day", priority: 5, concurrency: .init(key: "db", limit: 2)))
            #expect(node.delayMilliseconds == 10_000)
        }
    }

    @Test("a graph is handed in with one spec for nodes that run the same, and each content kept once")
    func graph() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder.path)/graph.yaml"
            try "local".write(toFile: "\(folder.path)/x", atomically: true, encoding: .utf8)
            try """
            kind: graph
            defaults: {image: shell, files: {x: {path: x}, s: {content: same}}}
            jobs:
              a: {command: ["true"]}
              b: {command: ["true"], needs: a}
              c: {command: [cat, z], files: {z: {content: same}, r: {from: b, stdout: true}}, queue: own}
              ask: {approval: "Go on?", needs: c}
            """.write(toFile: path, atomically: true, encoding: .utf8)
            let daemon = FakeDaemon()
            let submission = try await submission(
                ["-f", path, "--project", "team", "--queue", "night"], daemon: daemon)
            #expect(submission.isGraph)
            #expect(submission.nodes.map(\.name) == ["a", "b", "c", "ask"])
            #expect(submission.nodes.map(\.spec) == [0, 0, 1, nil])
            #expect(submission.nodes.map(\.placement.queue) == ["night", "night", "own", "night"])
            #expect(submission.nodes.allSatisfy { $0.placement.project == "team" })
            #expect(daemon.kept == [Array("local".utf8), Array("same".utf8)])
            let files = Dictionary(uniqueKeysWithValues: submission.specs[1].files.map { ($0.path, $0) })
            #expect(files["x"]?.digest == submission.specs[0].files.first { $0.path == "x" }?.digest)
            #expect(files["s"]?.digest == files["z"]?.digest)
            #expect(files["r"]?.reference == InputReference(node: "b", part: .stdout))
            #expect(files["x"]?.size == ByteCount(bytes: 5))
        }
    }

    @Test("what is wrong with a graph is told with its place, before anything is kept or a daemon is looked for")
    func wrong() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder.path)/g.yaml"
            try """
            kind: graph
            defaults: {image: shell}
            jobs:
              a: {command: ["true"], profile: shel}
              b: {command: ["true"], files: {x: {path: nothere}}}
              c: {command: ["true"], limits: {work: 1GiB}}
              d: {command: ["true"], image: "Not an image"}
            """.write(toFile: path, atomically: true, encoding: .utf8)
            let told = mistakes(["-f", path])
            #expect(told.count == 4, "\(told.map(\.message))")
            for (mistake, place) in zip(told, [":4:", ":5:", ":6:", ":7:"]) {
                #expect(mistake.message.contains("g.yaml\(place)"), "\(mistake.message)")
                #expect(mistake.code == .documentInvalid || mistake.code == .inputUnreadable)
            }
            try
                "kind: graph\ndefaults: {image: shell}\njobs: {a: {command: [x], needs: {b: {when: \"1 +\"}}}, b: {command: [x]}}"
                .write(toFile: path, atomically: true, encoding: .utf8)
            #expect(mistakes(["-f", path]).first?.message.contains("/jobs/a/needs/b/when is wrong at line 1") == true)
        }
    }

    @Test("jobs that have to end before are named by the beginnings of their ids, each with the end it has to come to")
    func after() async throws {
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do { try QueueSamples.graph(&state) } catch { failure = error }
        }
        #expect(failure == nil)
        let request = try request(["--image", "shell"], command: ["true"])
        let command = try SubmitCommand.parse(["--after", "bd", "--after", "test:any", "--after", "@latest:fail"])
        _ = try await command.run(request, daemon: daemon, output: Streams().output())
        let after = daemon.submissions.first?.after
        let expected = try [
            JobNeed(job: QueueSamples.id("bd")), JobNeed(job: QueueSamples.id("test"), on: .any),
            JobNeed(job: QueueSamples.id("r00t"), on: .fail),
        ]
        #expect(after == expected)
        _ = try await SubmitCommand.parse([]).run(request, daemon: daemon, output: Streams().output())
        #expect(daemon.submissions.last?.after == nil)
        let unknown = try SubmitCommand.parse(["--after", "nothere"])
        await #expect(throws: StoreError.notFound("nothere")) {
            try await unknown.run(request, daemon: daemon, output: Streams().output())
        }
        for words in [["--after", "bd:okay"], ["--after", ":any"], ["--after", "bd:"]] {
            #expect(throws: (any Error).self, "\(words)") { try SubmitCommand.parse(words) }
        }
    }

    @Test("flags about one job go with no graph, and a job needs an image and a command")
    func contradictions() async throws {
        try await TemporaryFolder.with { folder in
            let path = "\(folder.path)/g.json"
            try "[{\"image\": \"shell\", \"command\": [\"x\"]}]".write(toFile: path, atomically: true, encoding: .utf8)
            let told = mistakes(["-f", path, "--image", "python", "--env", "A=1"], command: ["y"])
            #expect(
                told.map(\.message) == [
                    "--image is about one job, but the document is a list.",
                    "--env is about one job, but the document is a list.",
                    "a command is about one job, but the document is a list.",
                ])
            #expect(mistakes([]).count == 2)
            #expect(mistakes(["-f", "\(folder.path)/nothere"]).first?.code == .documentMissing)
            #expect(mistakes(["-f", path, "--queue", "GPU"]).isEmpty == false)
        }
    }

    @Test("what caisson spec printed is handed in as the same job")
    func spec() async throws {
        let id = try QueueSamples.id("bd")
        let digest = "sha256:" + String(repeating: "a", count: 64)
        var spec = JobSpec(
            imageID: digest, imageName: "python", command: ["a", "é\u{1B}"], environment: ["A": "\"\n"],
            files: [.init(path: "x", size: ByteCount(bytes: 3), isExecutable: true, digest: digest)],
            stdin: .stored(digest: digest, size: ByteCount(bytes: 1)), profile: "python",
            limits: try ProfileSet.builtIn.profile(named: "python").limits)
        (spec.profileDigest, spec.retry) = (digest, RetryPolicy(attempts: 2))
        let given = spec
        var failure: (any Error)?
        let daemon = FakeDaemon { state in
            do {
                try QueueSamples.graph(&state)
                state.jobs[1].placement.queue = "gpu"
                state.records[id] = JobRecord(state.jobs[1], spec: given, specDigest: digest)
            } catch { failure = error }
        }
        #expect(failure == nil)
        let printed = Streams()
        try await SpecCommand.parse(["bd"]).run(reader: daemon, output: printed.output())
        try await TemporaryFolder.with { folder in
            let path = "\(folder.path)/s.json"
            try printed.out.write(toFile: path, atomically: true, encoding: .utf8)
            let submission = try await submission(["-f", path], daemon: daemon)
            #expect(submission.specs == [given])
            #expect(submission.nodes[0].placement.queue == "gpu")
            #expect(daemon.kept.isEmpty)
            // What came in live is not kept, so it cannot come again.
            var live = given
            live.stdin = .live
            let json = String(decoding: try JSONEncoder().encode(live), as: UTF8.self)
            try "{\"kind\": \"spec\", \"spec\": \(json)}".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(mistakes(["-f", path]).first?.message.contains("was live") == true)
        }
    }

    @Test("only the id goes to stdout; with --wait the exit status tells how it ended")
    func printed() async throws {
        let id = try JobID("k3v9x2m7q4ta")
        for (state, status) in [(JobState.succeeded, Commands.ExitStatus.ok), (.denied, .denied), (.errored, .errored)]
        {
            let daemon = FakeDaemon { fake in
                var job = JobSummary(id: id, state: state, createdAt: QueueSamples.now)
                job.message = "It ended."
                fake.jobs = [job]
            }
            let request = try request(["--image", "shell"], command: ["true"])
            let (plain, waited) = (Streams(), Streams())
            let first = try await SubmitCommand.parse([]).run(request, daemon: daemon, output: plain.output())
            #expect(first == .ok)
            #expect((plain.out, plain.err) == ("k3v9x2m7q4ta\n", ""))
            let second = try await SubmitCommand.parse(["--wait"]).run(request, daemon: daemon, output: waited.output())
            #expect(second == status)
            #expect(waited.out == "k3v9x2m7q4ta\n")
            #expect(waited.err == "caisson: job k3v9x2m7q4ta \(state.rawValue): It ended.\n")
        }
    }
}
