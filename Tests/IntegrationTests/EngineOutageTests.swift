import Foundation
import Glibc
import Model
import TestSupport
import Testing

/// An engine that goes down and comes back under a running job, or has no room left.
@Suite(
    .tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment),
    .enabled(if: OwnEngine.isPossible, OwnEngine.comment), .serialized)
struct EngineOutageTests {
    struct Outage: Sendable, CustomTestStringConvertible {
        let signal: String
        var flags = ""
        var testDescription: String { "SIG\(signal) \(flags)" }
    }

    /// Begins, waits for a file or for the end of its input, and writes more than fits on the wire.
    private static func script(_ wait: String) -> String { "echo begun; seq 100000; \(wait); seq 100000; echo end" }
    private static let output: String = {
        let numbers = (1...100_000).map { "\($0)\n" }.joined()
        return "begun\n\(numbers)\(numbers)end\n"
    }()

    @Test(
        "a job whose sandbox went down with its engine is run again, and its output is printed once",
        arguments: [Outage(signal: "TERM"), Outage(signal: "KILL")])
    func again(_ outage: Outage) async throws {
        try await OwnEngine.with { engine, caisson in
            let wait = "until [ -e /tmp/go ]; do sleep 0.1; done"
            let running = try caisson.start(["run", "--image", "shell", "--", "sh", "-c", Self.script(wait)])
            let first = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar().hasSuffix("100000\n") }
            try await engine.stop(outage.signal)
            try await engine.start()
            try await go(on: engine, after: first)
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out == Self.output)
            let job = try await caisson.latest()
            #expect(job["state"] == "succeeded")
            #expect(job["attempts"]?.arrayValue?.first?["reason"] == "engine_lost")
            try await caisson.eventually("the removal") {
                let attempts = try await caisson.latest()["attempts"]?.arrayValue ?? []
                return attempts.map { $0["state"] } == ["lost", "removed"]
            }
            let logs = try await caisson.caisson("logs", "@latest")
            #expect(logs.out == Self.output)
        }
    }

    /// Makes the file that the tool waits for, in the sandbox that comes after `first`.
    private func go(on engine: OwnEngine, after first: String) async throws {
        try await engine.caisson.eventually("another sandbox that works") {
            let container = try await engine.caisson.runningContainer()
            return try container != first && engine.touch("/tmp/go", in: container)
        }
    }

    @Test(
        "what cannot be said again is not: a job with a live input ends with its engine", arguments: ["TERM", "KILL"])
    func liveInput(_ signal: String) async throws {
        try await OwnEngine.with { engine, caisson in
            let gate = Pipe()
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", "cat; echo end"], gate: gate)
            try gate.fileHandleForWriting.write(contentsOf: Data("begun\n".utf8))
            try await caisson.eventually("its first output") { try running.outputSoFar() == "begun\n" }
            try await engine.stop(signal)
            try await engine.start()
            let outcome = try await running.outcome()
            #expect(outcome.status == 9)
            #expect(outcome.out == "begun\n")
            #expect(outcome.err.contains("errored: The engine or its machine went down under the sandbox: "))
            #expect(try await caisson.latest()["reason"] == "engine_lost")
            #expect(try await caisson.caisson("logs", "@latest").out == "begun\n")
        }
    }

    @Test("where the second attempt writes something else, run says that what it printed is not what the job wrote")
    func unlike() async throws {
        try await OwnEngine.with { engine, caisson in
            let script = "cat /proc/sys/kernel/random/uuid; until [ -e /tmp/go ]; do sleep 0.1; done"
            let running = try caisson.start(["run", "--image", "shell", "--", "sh", "-c", script])
            let first = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar().hasSuffix("\n") }
            let printed = try running.outputSoFar()
            try await engine.stop("KILL")
            try await engine.start()
            try await go(on: engine, after: first)
            let outcome = try await running.outcome()
            #expect(outcome.out == printed)
            #expect(outcome.status == 9)
            let told = "error: output_differs: The standard output that was printed is an earlier attempt's"
            #expect(outcome.err.contains(told), "\(outcome.err)")
            let kept = try await caisson.caisson("logs", "@latest").out
            #expect(kept.count == printed.count && kept != printed)
        }
    }

    @Test(
        "with live restore a job outlives its engine, and no byte of its input and output is lost or doubled",
        arguments: ["TERM", "KILL"])
    func liveRestore(_ signal: String) async throws {
        try await OwnEngine.with("--live-restore") { engine, caisson in
            let gate = Pipe()
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", Self.script("cat")], gate: gate)
            try await caisson.eventually("its first output") { try running.outputSoFar().hasSuffix("100000\n") }
            try await engine.stop(signal)
            try gate.fileHandleForWriting.write(contentsOf: Data("from ".utf8))
            try await engine.start("--live-restore")
            try gate.fileHandleForWriting.write(contentsOf: Data("outside\n".utf8))
            try gate.fileHandleForWriting.close()
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            let halves = outcome.out.components(separatedBy: "from outside\n")
            #expect(halves.count == 2)
            let isWhole = halves.joined() == Self.output
            #expect(isWhole)
            let job = try await caisson.latest()
            #expect(job["attempts"]?.arrayValue?.count == 1)
        }
    }

    /// Whether the engine stays silent for half a minute, as in `Scripts/nightly`, or for moments.
    private static let isWhole = ProcessInfo.processInfo.environment["CAISSON_WHOLE_OUTAGES"] == "1"

    @Test("under an engine that hangs a job goes on, and one that was to begin meanwhile begins afterwards")
    func paused() async throws {
        try await OwnEngine.with { engine, caisson in
            let wait = "until [ -e /tmp/go ]; do sleep 0.1; done"
            let running = try caisson.start(["run", "--image", "shell", "--", "sh", "-c", Self.script(wait)])
            let first = try await caisson.runningContainer()
            try await caisson.eventually("its first output") { try running.outputSoFar().hasSuffix("100000\n") }
            let held = try await caisson.caisson("submit", "--hold", "--image", "shell", "--", "echo", "held")
            let id = held.out.trimmingCharacters(in: .whitespacesAndNewlines)
            try await engine.tell("kill -STOP $engine")
            #expect(try await caisson.caisson("release", id).status == 0)
            // Nothing depends on how long this really is.
            for _ in 0..<(Self.isWhole ? 6 : 1) { try await engine.tell("sleep 5") }
            #expect(try await caisson.caisson("list").status == 0, "the daemon answers")
            try await engine.tell("kill -CONT $engine")
            #expect(try engine.touch("/tmp/go", in: first))
            let outcome = try await running.outcome()
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out == Self.output)
            let waited = try await caisson.caisson("wait", id)
            #expect(waited.status == 0, "\(waited.err)")
            #expect(try await caisson.caisson("logs", id).out == "held\n")
            let list = try await caisson.caisson("list", "-o", "json")
            let jobs = try JSONDecoder().decode([JSONValue].self, from: list.stdout)
            #expect(jobs.last?["attempt_count"] == 1, "the one that ran was not begun anew")
        }
    }

    @Test(
        "an engine without room refuses a job with its own words, keeps none of it, and takes the next one with room again"
    )
    func noRoom() async throws {
        try await OwnEngine.with(disk: "48m") { engine, caisson in
            #expect(try await caisson.run([], "true").status == 0)
            let gate = Pipe()
            let running = try caisson.start(
                ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", Self.script("cat")], gate: gate)
            try await caisson.eventually("its first output") { try running.outputSoFar().hasSuffix("100000\n") }
            try await engine.tell("{ cat /dev/zero >data/filler; } 2>>log; true")
            try gate.fileHandleForWriting.close()
            let begun = try await running.outcome()
            #expect(begun.status == 0, "one that had begun needs no room: \(begun.err)")
            let isWhole = begun.out == Self.output
            #expect(isWhole)

            let full = try await caisson.run([], "echo", "full")
            #expect(full.status == 9)
            #expect(full.err.contains("no space left on device"), "\(full.err)")
            let job = try await caisson.latest()
            #expect(job["state"] == "errored")
            #expect(job["reason"] == "engine_refused")
            try await engine.tell("rm data/filler")
            let room = try await caisson.run([], "echo", "room")
            #expect(room.out == "room\n", "\(room.err)")
            try await caisson.eventually("the removal") { try caisson.probe.inventory().containers.isEmpty }
            #expect(try caisson.probe.inventory().volumes.count == 1, "that of the cell")
        }
    }

    @Test("an image that is removed before the start ends the job; one that is removed under a running job does not")
    func removedImage() async throws {
        try await OwnEngine.with { engine, _ in
            try await TemporaryFolder.with { folder in
                let proxy = try EngineProxy(in: folder, to: engine.socket)
                defer { proxy.close() }
                let caisson = CommandFixture(
                    folder: folder, probe: engine.caisson.probe, engine: "unix://\(proxy.path)")
                try await caisson.use { caisson in
                    let gate = Pipe()
                    let first = try caisson.start(
                        ["run", "--image", "shell", "--stdin", "-", "--", "sh", "-c", "echo begun; cat; echo end"],
                        gate: gate)
                    try await caisson.eventually("its first output") { try first.outputSoFar() == "begun\n" }
                    let image = try #require(
                        try caisson.probe.request("GET", "/v1.41/images/caisson/shell:local/json").json["Id"]?
                            .stringValue)
                    let archive = try caisson.probe.request("GET", "/v1.41/images/get?names=caisson/shell:local").body
                    #expect(
                        try caisson.probe.request("DELETE", "/v1.41/images/caisson/shell:local?force=1").status == 200)
                    try gate.fileHandleForWriting.close()
                    let outcome = try await first.outcome()
                    #expect(outcome.out == "begun\nend\n")
                    #expect(outcome.status == 0, "\(outcome.err)")

                    for held in ["GET /v1.41/images/sha256", "POST /v1.41/containers/create"] {
                        // ignored: it may be gone with its last container
                        _ = try? caisson.probe.request("DELETE", "/v1.41/images/\(image)?force=1")
                        _ = try caisson.probe.request(
                            "POST", "/v1.41/images/load?quiet=1", body: archive, type: "application/x-tar")
                        try proxy.hold(held)
                        let second = try caisson.start(["run", "--image", "shell", "--", "true"])
                        try await caisson.eventually("the held call") { proxy.log.contains { $0.contains(held) } }
                        _ = try caisson.probe.request("DELETE", "/v1.41/images/\(image)?force=1")
                        proxy.release()
                        let outcome = try await second.outcome()
                        #expect(outcome.status == 9, "\(outcome.err)")
                        #expect(outcome.err.contains("errored: The engine has no image \"shell\"."))
                        #expect(try await caisson.latest()["reason"] == "image_not_found")
                    }
                }
            }
        }
    }
}
