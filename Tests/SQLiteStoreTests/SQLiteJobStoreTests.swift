import Foundation
import GRDB
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What the store on SQLite promises beyond the contract.
@Suite struct SQLiteJobStoreTests {
    @Test("an outcome is recorded even from a cancelled task")
    func finishInACancelledTask() async throws {
        try await SQLiteFixture.with { fixture in
            let job = try await fixture.insertRunning()
            let store = fixture.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    #expect(Task.isCancelled)
                    try await store.finish(Samples.outcome(job))
                    #expect(try await store.job("\(job)").state == .succeeded)
                }
                try await group.waitForAll()
            }
            #expect(try await store.events(of: job).last?.name == "finished")
        }
    }

    @Test("events have no gaps when fifty jobs write at once")
    func gapFreeEvents() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, jobs) = (fixture.store, (0..<50).map { _ in fixture.ids.makeJobID() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for job in jobs {
                    group.addTask {
                        try await store.insertRunning(job)
                        try await store.finish(Samples.outcome(job))
                        try await store.markRemoved(Samples.intent(job).attempt, at: WallTime(milliseconds: 6000))
                    }
                }
                try await group.waitForAll()
            }
            for job in jobs { #expect(try await store.events(of: job).map(\.sequence) == Array(1...6)) }
            #expect(try await store.jobs(limit: 99).allSatisfy { $0.state == .succeeded })
            #expect(try await store.liveAttempts().isEmpty)
        }
    }

    @Test("of many outcomes at once exactly one is taken")
    func oneOutcomeWins() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, job) = (fixture.store, try await fixture.insertRunning())
            let wins = await withTaskGroup(of: Bool.self) { group in
                for state in [JobState.succeeded, .failed, .cancelled, .timedOut, .errored] {
                    group.addTask { await succeeds { try await store.finish(Samples.outcome(job, state: state)) } }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wins == 1)
            #expect(try await store.events(of: job).count == 5)
        }
    }

    @Test("equal blobs are one row, and a large one is read from its file")
    func blobs() async throws {
        try await SQLiteFixture.with { fixture in
            let large = BlobReference(digest: "sha256:" + String(repeating: "e", count: 64), size: .kibibytes(100))
            fixture.blobs.add([UInt8](repeating: 7, count: 100 << 10), as: large)
            for _ in 0..<2 {
                var outcome = Samples.outcome(try await fixture.insertRunning())
                outcome.stdout = Blob(reference: large, inlineBytes: nil)
                try await fixture.store.finish(outcome)
            }
            let read = try await fixture.store.bytes(of: large, from: 100 << 10 - 3, count: 100)
            #expect(read.allSatisfy { $0 == 7 })
            #expect(try await fixture.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM blob") } == 6)
        }
    }

    @Test("an outcome that the tables refuse leaves nothing behind")
    func refusedOutcome() async throws {
        try await SQLiteFixture.with { fixture in
            let job = try await fixture.insertRunning()
            var outcome = Samples.outcome(job)
            outcome.artifactBlobs = []  // the artifact's row would name a blob that is not there
            await #expect(throws: StoreError.self) { try await fixture.store.finish(outcome) }
            #expect(try await fixture.store.job("\(job)").state == .running)
            #expect(try await fixture.store.attempts(of: job).map(\.state) == [.working])
            #expect(try await fixture.store.events(of: job).count == 4)
        }
    }

    @Test("what was committed is there after a kill, and the id of the installation stays")
    func aKilledWriterLosesNothing() async throws {
        try await SQLiteFixture.with { fixture in
            let job = try await fixture.insertRunning()
            try await TemporaryFolder.with { copy in
                // The files as a kill leaves them: the log is not written back, the index is from another life.
                for (name, bytes) in try fixture.folder.contents(without: ["lock"]) {
                    try bytes.write(to: URL(fileURLWithPath: copy.file(name)))
                }
                #expect(try copy.contents()["caisson.db-wal"]?.isEmpty == false)
                let reopened = try await SQLiteFixture(folder: copy)
                #expect(reopened.store.installation == fixture.store.installation)
                #expect(try await reopened.store.liveAttempts().map(\.id.job) == [job])
                try await reopened.store.finish(Samples.outcome(job, state: .errored, as: .lost))
                try await reopened.store.close()
            }
        }
    }

    @Test("everything in the folder is for its owner alone, and a clean end leaves no log")
    func fileModes() async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await SQLiteFixture(folder: folder)
            for name in ["caisson.db", "caisson.db-wal", "caisson.db-shm", "lock", "reserve"] {
                #expect(try folder.mode(of: name) == 0o600, "\(name)")
            }
            try await fixture.store.close()
            #expect(try folder.contents().keys.sorted() == ["caisson.db", "lock", "reserve"])
        }
    }

    @Test(
        "a row that cannot be read is told of, and is kept",
        arguments: ["spec SET body = '{}'", "job SET id = 'ABCABCABCABC'"])
    func unreadableRow(damage: String) async throws {
        try await SQLiteFixture.with { fixture in
            try await fixture.store.accept(fixture.ids.makeJobID())
            try await fixture.store.write {
                try $0.database.execute(sql: "UPDATE \(damage)")
            }
            let error = await #expect(throws: StoreError.self) { try await fixture.store.job("@latest") }
            #expect(error?.code == .storeCorrupt)
            #expect(try await fixture.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM job") } == 1)
        }
    }

    @Test("calls after the end fail with words")
    func closed() async throws {
        try await SQLiteFixture.with { fixture in
            try await fixture.store.close()
            await #expect(throws: StoreError.self) { try await fixture.store.jobs(limit: 1) }
            await #expect(throws: StoreError.self) { try await fixture.insertRunning() }
        }
    }

    @Test("a file that is no database is refused as corrupt")
    func noDatabase() async throws {
        try await TemporaryFolder.with { folder in
            let noise = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0) })
            try noise.write(to: URL(fileURLWithPath: folder.file("caisson.db")))
            let error = await #expect(throws: StoreError.self) { try await SQLiteFixture(folder: folder) }
            #expect(error?.code == .storeCorrupt)
            #expect(try folder.contents()["caisson.db"] == noise)
        }
    }

    private func succeeds(_ body: () async throws -> Void) async -> Bool {
        do { try await body() } catch { return false }
        return true
    }
}
