import Foundation
import Model
import TestSupport
import Testing

/// An operator's hour, with the real daemon and the real engine, word for word: `Docs/Operations.md` tells it, `OperatorsHour.txt` holds
/// what is printed, as ``Transcript`` writes it.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct OperatorsHourTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let golden = folder.appending(path: "OperatorsHour.txt")
    private static let graph = folder.deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Docs/Examples/graphs/operators-hour.yaml")

    @Test("what is printed in an operator's hour is as agreed; CAISSON_UPDATE_SNAPSHOTS=1 agrees on what it is now")
    func hour() async throws {
        try await CommandFixture.with { caisson in
            let session = OperatorSession(caisson)
            try await submitAndLook(session)
            try await workAndRepair(session)
            try await decideAndEnd(session)
            try await keepAndStop(session)
            let now = session.transcript.text
            if ProcessInfo.processInfo.environment["CAISSON_UPDATE_SNAPSHOTS"] == "1" {
                try Data(now.utf8).write(to: Self.golden)
            }
            let agreed = try String(contentsOf: Self.golden, encoding: .utf8)
            let changed = now.split(separator: "\n").difference(from: agreed.split(separator: "\n"))
            #expect(now == agreed, "\(changed.map { "\($0)" }.joined(separator: "\n"))")
        }
    }

    private func submitAndLook(_ session: OperatorSession) async throws {
        session.heading("Nothing begins while the queues are paused, and everything says why it waits.")
        try await session.run("queue", "pause", "nightly")
        try await session.run("queue", "pause", "sweeps")
        let words = ["submit", "-f", Self.graph.path, "--idempotency-key", "night-1"]
        let id = try await session.run(words)
        try await session.name(id, "nightly")
        let again = try await session.run(words)
        #expect(again == id)
        let bell = try await session.run(
            "submit", "--after", "\(id):any", "--image", "shell", "--", "echo", "the night is over")
        try await session.name(bell, "bell")
        try await session.run("list")
        try await session.run("list", "--count", "--root", id)
        try await session.run("list", "--root", id, "--limit", "8")
        try await session.run("tree", id)
        for name in ["plan", "agree", "bell", "nightly"] { try await session.run("explain", session.id(name)) }
        try await session.run("queue", "stats")
        try await session.run("queue", "top", "--limit", "1")
    }

    private func workAndRepair(_ session: OperatorSession) async throws {
        session.heading("The work is let go; one job fails for good.")
        try await session.run("queue", "resume", "nightly")
        try await session.run("wait", session.id("sum"), "--timeout", "10m")
        try await session.run("wait", session.id("ledger"), "--timeout", "10m", status: 1)
        try await session.untilExpanded(session.id("sweep"))
        try await session.run("list", "--count", "--root", session.id("nightly"))
        try await session.run("tree", session.id("nightly"))
        try await session.run("dead", "list")
        try await session.run("dead", "show", session.id("ledger"))
        try await session.run("logs", session.id("ledger"))
        session.heading("It is run again, fails in the same way, and is run with what it lacked.")
        let again = try await session.run("dead", "redrive", session.id("ledger"), newID: "ledger")
        try await session.run("wait", again, "--timeout", "10m", status: 1)
        let fixed = try await session.run("fork", again, "--env", "LEDGER=open", newID: "fork")
        try await session.run("wait", fixed, "--timeout", "10m")
        try await session.run("result", fixed)
        try await session.run("dead", "discard", again)
        try await session.run("dead", "list")
    }

    private func decideAndEnd(_ session: OperatorSession) async throws {
        session.heading("A part of the graph is given up, the rest is decided on.")
        try await session.run("explain", session.id("report"))
        try await session.run("cancel", "--tree", session.id("sweep"), "--reason", "no sweeps tonight")
        try await session.run("list", "--root", session.id("nightly"), "--state", "cancelled", "--state", "skipped")
        try await session.run("explain", session.id("publish"))
        try await session.run("explain", session.id("agree"))
        try await session.run("approve", session.id("agree"), "--reason", "the sum is right")
        try await session.run("wait", session.id("nightly"), "--timeout", "10m", status: 1)
        try await session.run("wait", session.id("bell"), "--timeout", "10m")
        try await session.run("show", session.id("nightly"))
        try await session.run("result", session.id("nightly"))
        try await session.run("list")
    }

    private func keepAndStop(_ session: OperatorSession) async throws {
        session.heading("The night is kept, and the daemon ended.")
        try await session.run("queue", "drain", "nightly")
        try await session.run("engine", "containers")
        try await session.run("engine", "reap")
        let copy = session.caisson.folder.file("night.db")
        try await session.run("db", "backup", copy)
        try await session.run("db", "backup", copy, status: 2)
        try await session.run("db", "check", copy)
        try await session.run("db", "check")
        try await session.run("db", "restore", copy, status: 4)
        try await session.run("list", "--count", "--all", "-o", "json")
        try await session.run("stop", "--drain", "finish")
        try await session.run("stop")
        try await session.run("status")
        session.heading("The copy holds all of it.")
        try await session.run("db", "restore", copy)
        try await session.run("db", "check")
        try await session.run("list", "--count", "--all", "-o", "json")
        try await session.run("explain", session.id("nightly"))
    }
}

/// One sitting: each command with what it printed.
final class OperatorSession {
    let caisson: CommandFixture
    private(set) var transcript: Transcript
    private var ids: [String: String] = [:]

    init(_ caisson: CommandFixture) {
        self.caisson = caisson
        transcript = Transcript(home: caisson.folder.path, user: NSUserName())
    }

    func heading(_ text: String) { transcript.add(heading: text) }

    func id(_ name: String) -> String { ids[name] ?? "no-\(name)" }

    /// Gives a job its name in the transcript, and all jobs of a graph theirs.
    func name(_ id: String, _ name: String) async throws {
        transcript.name(id, name)
        ids[name] = id
        let listed = try await caisson.caisson("list", "--root", id, "-o", "json", "--limit", "1000")
        let jobs = try JSONDecoder().decode([JSONValue].self, from: listed.stdout)
        for job in jobs.reversed() {
            guard let own = job["id"]?.stringValue, let name = job["name"]?.stringValue else { continue }
            transcript.name(own, name)
            if ids[name] == nil { ids[name] = own }
        }
    }

    /// Runs a command to its end, and keeps what it printed.
    ///
    /// - Parameters:
    ///   - status: the exit status that it has to have.
    ///   - newID: what the job is called that it makes.
    /// - Returns: the last word of stdout: of a verb that makes a job, its id.
    @discardableResult
    func run(_ words: String..., status: Int32 = 0, newID: String? = nil) async throws -> String {
        try await run(words, status: status, newID: newID)
    }

    @discardableResult
    func run(_ words: [String], status: Int32 = 0, newID: String? = nil) async throws -> String {
        let outcome = try await caisson.start(words).outcome()
        #expect(outcome.status == status, "\(words): \(outcome.out)\(outcome.err)")
        let made = outcome.out.split { $0.isWhitespace }.last.map(String.init) ?? ""
        // Known before it is written down.
        if words[0] == "submit" { transcript.name(made, words.contains("-f") ? "nightly" : "bell") }
        if let newID {
            transcript.name(made, newID)
            // What was skipped for it is made again, too.
            try await name(id("nightly"), "nightly")
        }
        // Of a document, its name alone.
        transcript.add(words.map { $0.hasSuffix(".yaml") ? URL(filePath: $0).lastPathComponent : $0 }, outcome)
        return made
    }

    /// Waits until a fan-out has its jobs, and gives them their names.
    func untilExpanded(_ map: String) async throws {
        try await caisson.eventually("the jobs of the fan-out") {
            try await caisson.caisson("explain", map).out.contains("is waiting: children")
        }
        try await name(id("nightly"), "nightly")
    }
}
