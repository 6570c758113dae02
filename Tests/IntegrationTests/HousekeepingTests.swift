import Dispatch
import Foundation
import GRDB
import Glibc
import Model
import TestSupport
import Testing

/// What a real daemon takes away, and what it keeps.
@Suite(.tags(.docker), .enabled(if: TestEngine.isWanted, TestEngine.comment))
struct HousekeepingTests {
    /// Makes everything in a data folder that no daemon has look a day older.
    private func age(_ caisson: CommandFixture) throws {
        let queue = try DatabaseQueue(path: "\(caisson.home)/caisson.db")
        try queue.write { database in
            // Jobs that have ended do not change; but time has passed.
            let guardian = try String.fetchOne(
                database, sql: "SELECT sql FROM sqlite_master WHERE name = 'job_stays_ended'")
            try database.execute(sql: "DROP TRIGGER job_stays_ended")
            try database.execute(
                sql: "UPDATE job SET finished_at_ms = finished_at_ms - 86400000 WHERE finished_at_ms IS NOT NULL")
            try database.execute(sql: try #require(guardian))
        }
        try queue.close()
        for name in try files(caisson) { try makeOld("\(caisson.home)/blobs/\(name)") }
    }

    /// Makes a file look as if it had last been written to long ago.
    private func makeOld(_ path: String) throws {
        let then = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: path)
    }

    /// The files of large blobs.
    private func files(_ caisson: CommandFixture) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(caisson.home)/blobs").filter {
            $0.utf8.count == 67 && !$0.hasPrefix("incoming")
        }
    }

    private static let short = ["CAISSON_RETENTION_SUCCEEDED": "1h", "CAISSON_RETENTION_FAILED": "1h"]

    @Test("what has ended goes with its blobs and leftovers, but not what needs a person, until it is discarded")
    func retention() async throws {
        try await CommandFixture.with { caisson in
            let script = "head -c 200000 /dev/zero | tr '\\0' a"
            let ended = try await caisson.caisson("submit", "--image", "shell", "--wait", "--", "sh", "-c", script)
            #expect(ended.status == 0, "\(ended.err)")
            let document = """
                {"kind": "job", "image": "shell", "retry": {"attempts": 2, "base": "10ms"},
                 "command": ["sh", "-c", "head -c 200000 /dev/zero | tr '\\\\0' b; exit 3"]}
                """
            let file = try caisson.folder.write(document, to: "job.json")
            let failed = try await caisson.caisson("submit", "-f", file, "--wait")
            #expect(failed.status == 1, "\(failed.err)")
            let ids = [ended, failed].map { $0.out.trimmingCharacters(in: .whitespacesAndNewlines) }
            #expect(try files(caisson).count == 2)
            try await caisson.stopDaemon()
            try age(caisson)
            // A killed process has left these: a blob that no row names, and an attempt that none knows.
            let stray = "\(caisson.home)/blobs/ab/ab\(String(repeating: "0", count: 62))"
            try FileManager.default.createDirectory(
                atPath: "\(caisson.home)/blobs/ab", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: "\(caisson.home)/spool/zzzzzzzzzzzz.1", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: stray))
            try makeOld(stray)
            func start(_ what: String, until isDone: () async throws -> Bool) async throws {
                // Whoever submits something starts a daemon.
                let next = try await caisson.start(
                    ["run", "--image", "shell", "--", "true"], environment: Self.short
                ).outcome()
                #expect(next.status == 0, "\(next.err)")
                try await caisson.eventually(what, isDone)
            }
            try await start("the end of what is over") {
                let isLeft = FileManager.default.fileExists(atPath: "\(caisson.home)/spool/zzzzzzzzzzzz.1")
                return try !isLeft && files(caisson).count == 1 && !FileManager.default.fileExists(atPath: stray)
            }
            let gone = try await caisson.caisson("show", ids[0])
            #expect(gone.status == 3, "\(gone.out)")
            let kept = try await caisson.caisson("logs", ids[1])
            #expect(kept.out == String(repeating: "b", count: 200_000), "\(kept.err)")
            let dead = try await caisson.caisson("dead", "list")
            #expect(dead.out.contains(ids[1]), "\(dead.out)\(dead.err)")
            let discarded = try await caisson.caisson("dead", "discard", ids[1])
            #expect(discarded.status == 0, "\(discarded.err)")
            try await caisson.stopDaemon()
            try age(caisson)
            try await start("the end of what was discarded") { try files(caisson).isEmpty }
            let now = try await caisson.caisson("show", ids[1])
            #expect(now.status == 3, "\(now.out)")
            let checked = try await caisson.caisson("list", "-o", "json")
            #expect(checked.status == 0, "\(checked.err)")
        }
    }

    @Test("the newest containers of failed jobs stay, stopped, also for the next daemon, until they are not to")
    func keepFailed() async throws {
        try await CommandFixture.with { caisson in
            let keep = ["CAISSON_KEEP_FAILED": "1h", "CAISSON_KEEP_FAILED_COUNT": "1"]
            func run(_ command: String, environment: [String: String] = keep) async throws -> Int32 {
                try await caisson.start(
                    ["run", "--image", "shell", "--", "sh", "-c", command], environment: environment
                ).outcome().status
            }
            func containers() async throws -> [String] {
                let listed = try await caisson.caisson("engine", "containers", "-o", "json")
                let views = try JSONDecoder().decode([JSONValue].self, from: listed.stdout)
                return views.filter { $0["job"]?.stringValue != nil }.map {
                    "\($0["job"]?.stringValue ?? "") \($0["state"]?.stringValue ?? "") \($0["is_explained"] == true)"
                }
            }
            func latest() async throws -> String { try await caisson.latest()["id"]?.stringValue ?? "" }
            #expect(try await run("exit 3") == 1)
            let first = try await latest()
            try await caisson.eventually("a container that stays") {
                try await containers() == ["\(first) exited true"]
            }
            #expect(try await run("exit 0") == 0)
            #expect(try await run("exit 4") == 1)
            let second = try await latest()
            try await caisson.eventually("the newest container alone") {
                try await containers() == ["\(second) exited true"]
            }
            try await caisson.stopDaemon(by: SIGKILL)
            #expect(try await run("exit 0") == 0)
            let reaped = try await caisson.caisson("engine", "reap")
            #expect(reaped.status == 0, "\(reaped.err)")
            #expect(try await containers() == ["\(second) exited true"])
            try await caisson.stopDaemon()
            #expect(try await run("exit 0", environment: [:]) == 0)
            try await caisson.eventually("no container") { try await containers().isEmpty }
        }
    }
}
