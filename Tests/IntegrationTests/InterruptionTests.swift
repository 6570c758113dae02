import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// What is left when somebody stops a job, or its process, in the middle.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct InterruptionTests {
    private func start(_ caisson: CommandFixture, _ command: String...) throws -> RunningCommand {
        try caisson.start(["run", "--image", "shell", "--"] + command)
    }

    @Test("Ctrl-C cancels the job, keeps what it wrote, and leaves nothing behind")
    func controlC() async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sh", "-c", "echo begun; sleep 600")
            let container = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            running.send(SIGINT)
            let outcome = try await running.outcome()
            #expect(outcome.status == 8)
            #expect(outcome.out == "begun\n")
            #expect(try !caisson.probe.inventory().containers.contains(container))
            #expect(try await caisson.caisson("logs", "@latest").out == "begun\n")
        }
    }

    @Test("a job is cancelled within two seconds although nobody reads what it writes")
    func stoppedReader() async throws {
        try await CommandFixture.with { caisson in
            let pipe = Pipe()  // never read
            let environment = ProcessInfo.processInfo.environment.merging(
                ["CAISSON_HOME": caisson.home, "DOCKER_HOST": "\(TestEngine.address)"]) { _, given in given }
            let running = try RunningCommand(
                program: TestEngine.programs.appending(path: "caisson"),
                ["run", "--image", "shell", "--", "sh", "-c", "yes & exec sleep 600"], environment: environment,
                stdin: nil,
                stdout: pipe)
            let container = try await caisson.runningContainer()
            let clock = ContinuousClock()
            let took = try await clock.measure {
                running.send(SIGINT)
                let outcome = try await running.outcome()
                #expect(outcome.status == 8, "\(outcome.err)")
            }
            // One second of patience with the reader, and one for the engine, on a machine that may be busy.
            #expect(took < .seconds(4), "took \(took)")
            #expect(try !caisson.probe.inventory().containers.contains(container))
        }
    }

    @Test("what a killed process left is settled and removed by the next run, and nothing else is touched")
    func killed() async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sleep", "600")
            let container = try await caisson.runningContainer()
            let installation = try #require(try await caisson.installation())
            running.send(SIGKILL)
            _ = try await running.outcome()
            #expect(try caisson.probe.inventory().containers.contains(container), "it outlives its process")

            // Foreign containers: one with our labels and no row of ours, one that only has a name like ours.
            let image = "caisson/shell:local"
            let pretender = "caisson-\(installation)-zzzzzzzzzzzz-1"
            let labels: JSONValue = [
                "org.caisson.installation": .string(installation), "org.caisson.job": "zzzzzzzzzzzz",
                "org.caisson.attempt": "1",
            ]
            let body = try JSONEncoder().encode(
                ["Image": .string(image), "Cmd": ["true"], "Labels": labels] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(pretender)", body: body)
            let other = "other-\(installation)"
            let plain = try JSONEncoder().encode(["Image": .string(image), "Cmd": ["true"]] as JSONValue)
            _ = try caisson.probe.request("POST", "/v1.41/containers/create?name=\(other)", body: plain)
            defer {
                for name in [pretender, other] {
                    _ = try? caisson.probe.request("DELETE", "/v1.41/containers/\(name)?force=1")
                }
            }

            #expect(try await caisson.caisson("list", "-o", "json").out.contains(#""state" : "running""#))
            let next = try await caisson.run([], "echo", "hello")
            #expect(next.out == "hello\n")
            #expect(next.err.contains("cleaned up after an earlier process: 1 jobs, 1 containers"))
            let left = try caisson.probe.inventory().containers
            #expect(!left.contains(container))
            #expect(left.isSuperset(of: ["/\(pretender)", "/\(other)"]))
            let list = try await caisson.caisson("list", "-o", "json")
            let states = try JSONDecoder().decode([JSONValue].self, from: list.stdout).map { $0["state"]?.stringValue }
            #expect(states == ["succeeded", "errored"])
        }
    }

    @Test("a second run waits for the first one's folder and says whom it waits for")
    func secondRun() async throws {
        try await CommandFixture.with { caisson in
            let first = try start(caisson, "sleep", "600")
            _ = try await caisson.runningContainer()
            let second = try start(caisson, "echo", "second")
            let words = "waiting for process \(first.pid)"
            try await caisson.eventually("its words") { try second.errorSoFar().contains(words) }
            first.send(SIGTERM)
            #expect(try await first.outcome().status == 8)
            #expect(try await second.outcome().out == "second\n")
        }
    }

    @Test("a container that is removed under a running job ends it as the tool's loss, with a sentence")
    func removed() async throws {
        try await CommandFixture.with { caisson in
            let running = try start(caisson, "sleep", "600")
            let container = try await caisson.runningContainer()
            _ = try caisson.probe.request("DELETE", "/v1.41/containers\(container)?force=1")
            let outcome = try await running.outcome()
            #expect(outcome.status == 1)
            #expect(outcome.err.contains("ended without a record"))
        }
    }
}
