import Foundation
import Model
import TestSupport
import Testing

/// What a bomb has left, after everything that holds for all of them has been checked.
struct BombFixture {
    let caisson: CommandFixture
    /// As `caisson show` has it.
    let job: JSONValue
    let record: JSONValue
    let stdout: Data

    /// What this process may need beyond what one normal job has made it need, in bytes.
    static let memoryGrowth = 16 << 20
    /// What a job may take beyond its clock and its grace, in seconds of a machine that does nothing else.
    static let lateness = 1.0

    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus/bombs")

    private static func content(_ name: String) throws -> String {
        try String(contentsOf: corpus.appending(path: name), encoding: .utf8)
    }

    /// Sets a bomb off in one instance with a normal job at the same time and another one after it.
    ///
    /// It must end as it says, in time; the normal jobs must not notice; the process must not grow; nothing may be left. What a
    /// busy machine keeps from being armed or ended within its short clock is tried again with a longer one.
    static func setOff(_ bomb: Bomb, then check: (BombFixture) async throws -> Void = { _ in }) async throws {
        try await CommandFixture.with { caisson in
            var (bomb, triesLeft) = (bomb, 3)
            while true {
                let report = try await drive(bomb, caisson)
                let machine = try await checkNeighbour(report.neighbour, caisson)
                let next = try await show(report.next, caisson)
                #expect(next["state"] == "succeeded", "the next job")
                let growth = report.peakResidentBytes - report.residentBytes
                #expect(growth < memoryGrowth, "the process has grown by \(growth >> 10) KiB")
                let job = try await show(report.bomb, caisson)
                try checkProcesses(of: job)
                let stdout = try await caisson.caisson("logs", report.bomb, "--stream", "out").stdout
                let record = try #require(job["attempts"]?.arrayValue?.last?["record"], "\(job)")
                let isArmed = stdout.starts(with: Data("armed\n".utf8))
                let isInTime = seconds(record) <= machine.allowed(bomb)
                triesLeft -= 1
                if !isArmed || !isInTime, triesLeft > 0 {
                    bomb.runMilliseconds *= 4
                    continue
                }
                #expect(isArmed, "it never came to what it is for")
                #expect(isInTime, "\(seconds(record)) s, but \(machine.allowed(bomb)) s are allowed")
                #expect(job["state"]?.stringValue == bomb.end.state.rawValue)
                #expect(job["reason"]?.stringValue == bomb.end.reason)
                #expect(record["limits_hit"]?.arrayValue?.compactMap(\.stringValue) == bomb.end.limitsHit)
                return try await check(BombFixture(caisson: caisson, job: job, record: record, stdout: stdout))
            }
        }
    }

    /// What the neighbour is given: nobody else may find it.
    static let given = "a-word-that-only-one-job-was-given"

    private static func drive(_ bomb: Bomb, _ caisson: CommandFixture) async throws -> BombReport {
        let plan = BombPlan(
            image: bomb.image, command: [bomb.interpreter, bomb.program] + bomb.arguments,
            files: [bomb.program: try content(bomb.program), "bomb.py": try content("bomb.py")],
            artifacts: bomb.artifacts,
            limits: [
                "run": "\(bomb.runMilliseconds)ms", "grace": "\(bomb.graceMilliseconds)ms", "output": "1MiB",
            ].merging(bomb.limits) { _, given in given },
            neighbour: ["neighbour.py": try content("neighbour.py"), "given": given])
        let outcome = try await RunningCommand(
            program: TestEngine.programs.appending(path: "bomb-driver"), [], environment: caisson.environment,
            stdin: try JSONEncoder().encode(plan)
        ).outcome()
        try #require(outcome.status == 0, "\(outcome.err)")
        return try JSONDecoder().decode(BombReport.self, from: outcome.stdout)
    }

    private static func show(_ job: String, _ caisson: CommandFixture) async throws -> JSONValue {
        let shown = try await caisson.caisson("show", job, "-o", "json")
        return try JSONDecoder().decode(JSONValue.self, from: shown.stdout)
    }

    // MARK: What holds for all

    /// How the machine treated the neighbour: what it makes everybody wait is not the bomb's doing.
    private struct Machine: Decodable {
        let lateSeconds: Double
        let timesSlower: Double

        /// The clock, the grace if it is needed, and a second as this machine has them now.
        func allowed(_ bomb: Bomb) -> Double {
            let milliseconds = bomb.runMilliseconds + (bomb.end.isDeaf ? bomb.graceMilliseconds : 0)
            return Double(milliseconds) / 1000 + lateness * timesSlower + lateSeconds
        }
    }

    private static func checkNeighbour(_ id: String, _ caisson: CommandFixture) async throws -> Machine {
        let (job, logs) = (try await show(id, caisson), try await caisson.caisson("logs", id))
        #expect(job["state"] == "succeeded", "the neighbour: \(job["message"]?.stringValue ?? "") \(logs.err)")
        let wanted = "begun\n" + (1...30_000).map { "\($0)\n" }.joined()
        let isWhole = logs.out == wanted
        #expect(isWhole, "the neighbour's output")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Machine.self, from: try await caisson.caisson("result", id).stdout)
    }

    /// From the start of the tool to its end, as the cell has measured it.
    private static func seconds(_ record: JSONValue) -> Double {
        Double(record["run_us"]?.integerValue ?? .max) / 1_000_000
    }

    /// No process of the container is left on this machine.
    private static func checkProcesses(of job: JSONValue) throws {
        let container = try #require(job["attempts"]?.arrayValue?.last?["container_id"]?.stringValue)
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil else { return false }
            // ignored: a process that has just ended has no file
            let groups = try? String(contentsOfFile: "/proc/\(name)/cgroup", encoding: .utf8)
            return groups?.contains(container) ?? false
        }
        #expect(left.isEmpty, "processes are left: \(left)")
    }
}
