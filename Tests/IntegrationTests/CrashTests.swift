import Foundation
import Model
import TestSupport
import Testing

/// The process that runs a job is killed at every named point of it, and the next one goes on.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment), .serialized)
struct CrashTests {
    /// What a job does at these points is started again, or for the first time, in a new sandbox: its tool never ran.
    static let beforeTheTool = [
        "after store.submit", "before store.lease", "after store.lease", "before engine.create", "after engine.create",
        "before store.markVerified", "after store.markVerified", "before sandbox.start", "after sandbox.start",
        "before report.first", "after report.first", "before store.markWorking",
    ]
    /// From here on its sandbox is adopted.
    static let withTheTool = [
        "after store.markWorking", "before sandbox.work", "before stdout.first", "after stdout.first",
        "before stdout.middle", "after stdout.middle", "before stderr.first", "after stderr.first",
        "before artifacts.first", "after artifacts.first", "after sandbox.work", "before store.finish",
    ]
    static let afterTheEnd = [
        "after store.finish", "before sandbox.remove", "after sandbox.remove", "before spools.remove",
        "after spools.remove", "before store.markRemoved", "after store.markRemoved",
    ]

    /// All of them in `Scripts/nightly`, every fourth in the daily run.
    static var chosen: [String] {
        let all = beforeTheTool + withTheTool + afterTheEnd
        guard ProcessInfo.processInfo.environment["CAISSON_ALL_CRASH_POINTS"] != "1" else { return all }
        return all.enumerated().compactMap { $0.offset.isMultiple(of: 4) ? $0.element : nil }
    }

    /// More output than fits on the wire, on both streams, and a result.
    private static let script = "seq 150000; seq 150000 >&2; echo '{\"done\": true}' > result.json"

    @Test(
        "after a kill at any point the next process brings the job to its end: output whole, nothing doubled",
        arguments: chosen)
    func killedAt(_ point: String) async throws {
        try await CommandFixture.with { caisson in
            try await crash(caisson, at: point)
            let next = try await caisson.run([], "echo", "next")
            #expect(next.status == 0, "\(next.err)")
            #expect(next.out == "next\n", "another job's output is not passed on")
            try await check(caisson, attempts: Self.beforeTheTool.contains(point) && point.isAfterLease ? 2 : 1)
        }
    }

    @Test("a job that was not accepted leaves nothing behind")
    func beforeSubmit() async throws {
        try await CommandFixture.with { caisson in
            try await crash(caisson, at: "before store.submit")
            let next = try await caisson.run([], "echo", "next")
            #expect(next.status == 0)
            let list = try await caisson.caisson("list", "-o", "json")
            #expect(try JSONDecoder().decode([JSONValue].self, from: list.stdout).count == 1)
        }
    }

    @Test(
        "a process that is killed while it goes on with a job leaves it to the one after it",
        arguments: [
            ("after store.markWorking", "after store.markAdopted"), ("after stdout.middle", "before sandbox.resume"),
            ("after stdout.first", "after stdout.middle"), ("after stdout.middle", "after sandbox.resume"),
            ("after stdout.middle", "before store.finish"), ("after store.lease", "after store.requeue"),
            ("after engine.create", "after engine.remove"), ("after store.finish", "after engine.remove"),
        ])
    func killedTwice(_ first: String, _ second: String) async throws {
        try await CommandFixture.with { caisson in
            try await crash(caisson, at: first)
            try await crash(caisson, at: second)
            #expect(try await caisson.run([], "echo", "next").status == 0)
            try await check(caisson, attempts: first.contains("lease") || first.contains("create") ? 2 : 1)
        }
    }

    // MARK: What is done again and again

    private func crash(_ caisson: CommandFixture, at point: String) async throws {
        let driver = try RunningCommand(
            program: TestEngine.programs.appending(path: "crash-driver"), [point, "shell", "sh", "-c", Self.script],
            environment: caisson.environment, stdin: nil)
        let outcome = try await driver.outcome()
        #expect(outcome.status == 128 + SIGKILL, "it did not come to \(point): \(outcome.err)")
    }

    /// The oldest job is the one whose process was killed.
    private func check(_ caisson: CommandFixture, attempts wanted: Int) async throws {
        let list = try await caisson.caisson("list", "-o", "json")
        let jobs = try JSONDecoder().decode([JSONValue].self, from: list.stdout)
        let id = try #require(jobs.last?["id"]?.stringValue)
        #expect(try await caisson.caisson("wait", id).status == 0)
        let shown = try await caisson.caisson("show", id, "-o", "json")
        let job = try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
        #expect(job["state"] == "succeeded", "\(shown.out)")
        let attempts = job["attempts"]?.arrayValue ?? []
        #expect(attempts.count == wanted, "\(attempts.map { $0["state"] })")
        #expect(attempts.filter { $0["record"]?.objectValue != nil }.count == 1, "one tool was started")
        let numbers = (1...150_000).map { "\($0)\n" }.joined()
        let out = try await caisson.caisson("logs", id, "--stream", "out")
        #expect(out.stdout == Data(numbers.utf8))
        let err = try await caisson.caisson("logs", id, "--stream", "err")
        #expect(err.stdout + err.stderr == Data(numbers.utf8))
        #expect(try await caisson.caisson("result", id).out == "{\"done\": true}\n")
    }
}

extension String {
    /// Whether a killed process has left an attempt.
    fileprivate var isAfterLease: Bool { self != "after store.submit" && self != "before store.lease" }
}
