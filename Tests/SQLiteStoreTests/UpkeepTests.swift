import Foundation
import GRDB
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

/// What keeps the database small and sound.
@Suite struct UpkeepTests {
    private let day: Int64 = 86_400_000

    private func count(_ store: SQLiteJobStore, _ table: String) async throws -> Int? {
        try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    @Test("what is old enough goes whole, with the blobs that nothing else names")
    func retire() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let large = BlobReference(digest: "sha256:" + String(repeating: "7", count: 64), size: .mebibytes(1))
            var outcome = Samples.outcome(try await fixture.insertRunning())
            outcome.stderr = Blob(reference: large, inlineBytes: nil)
            try await store.finish(outcome)
            try await store.markRemoved(outcome.attempt, at: outcome.at)
            let bench = try await GraphBench(fixture, ["a", "b: a"])
            try await bench.run("a", result: "1")
            let policy = RetentionPolicy()
            let early = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 5000 + 7 * day))
            #expect(early == RetentionReport())
            let late = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 400 * day))
            #expect((late.roots, late.rows, late.isMore) == (1, 1, false))
            #expect(late.files == [large])
            #expect(late.blobs == 6, "two inputs, stdout, stderr, result, chart")
            #expect(try await store.jobs(limit: 9).map(\.id) == [bench.id("b"), bench.id("a"), bench.root])
            #expect(try await count(store, "attempt") == 1)
            try await bench.run("b")
            let last = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 400 * day))
            #expect((last.roots, last.rows) == (1, 3))
            for table in ["job", "job_edge", "attempt", "sandbox", "event", "spec", "spec_blob", "blob"] {
                #expect(try await count(store, table) == 0, "\(table)")
            }
            try await store.checkpoint()
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("what needs a person is kept until it is discarded, and what may have a container until that is gone")
    func kept() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, century) = (fixture.store, WallTime(milliseconds: 36_500 * day))
            var outcome = Samples.outcome(try await fixture.insertRunning(), state: .failed)
            outcome.attention = "retries_used_up"
            try await store.finish(outcome)
            try await store.markRemoved(outcome.attempt, at: outcome.at)
            let other = Samples.outcome(try await fixture.insertRunning(), state: .failed)
            try await store.finish(other)
            func retire() async throws -> Int {
                try await store.retire(RetentionPolicy(.zero), atMost: 2000, at: century).roots
            }
            let none = try await retire()
            #expect(none == 0)
            try await store.markRemoved(other.attempt, at: other.at)
            let one = try await retire()
            #expect(one == 1)
            #expect(try await store.jobs(limit: 9).map(\.id) == [outcome.attempt.job])
            try await store.discard(outcome.attempt.job, by: "ann", at: outcome.at)
            let last = try await retire()
            #expect(last == 1)
        }
    }

    @Test("each state has its life, and graphs have their own")
    func lives() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            for state in [JobState.succeeded, .failed, .timedOut] {
                let outcome = Samples.outcome(try await fixture.insertRunning(), state: state)
                try await store.finish(outcome)
                try await store.markRemoved(outcome.attempt, at: outcome.at)
            }
            let bench = try await GraphBench(fixture, ["a"])
            try await bench.run("a")
            func retire(_ policy: RetentionPolicy) async throws -> [JobState] {
                _ = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 10 * day))
                return try await store.jobs(limit: 9).map(\.state)
            }
            let week = Duration.seconds(7 * 86_400)
            // The graph and its job are listed first: they came last.
            let first = try await retire(RetentionPolicy(lives: [.succeeded: week], graphLives: [:]))
            #expect(first == [.succeeded, .succeeded, .timedOut, .failed])
            let second = try await retire(
                RetentionPolicy(lives: [.failed: week, .timedOut: .seconds(86_400 * 11)], graphLives: [.failed: .zero]))
            #expect(second == [.succeeded, .succeeded, .timedOut])
            let third = try await retire(RetentionPolicy(lives: [:], graphLives: [.succeeded: week]))
            #expect(third == [.timedOut])
        }
    }

    @Test("of what has ended so many are kept that ended last, whatever their lives")
    func history() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            var jobs: [JobID] = []
            for at in [9000, 7000, 8000, 8000] as [Int64] {
                let outcome = Samples.outcome(try await fixture.insertRunning(), state: .failed, at: at)
                try await store.finish(outcome)
                try await store.markRemoved(outcome.attempt, at: outcome.at)
                jobs.append(outcome.attempt.job)
            }
            let open = try await fixture.insertRunning()
            var policy = RetentionPolicy(lives: [:], graphLives: [:])
            for (count, left) in [(4, [0, 1, 2, 3]), (2, [0, 3]), (0, [])] as [(Int, [Int])] {
                policy.historyEnd = try await store.historyEnd(keeping: count)
                #expect((policy.historyEnd == nil) == (count == 4))
                _ = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 10_000))
                let found = try await store.jobs(limit: 9).map(\.id)
                #expect(Set(found) == Set(left.map { jobs[$0] } + [open]))
            }
        }
    }

    @Test("a large graph goes in several steps, and its key is free again at the end")
    func steps() async throws {
        try await SQLiteFixture.with { fixture in
            let names = (0..<2500).map { "n\($0)" }
            let bench = try await GraphBench(fixture, names) { $0.idempotencyKey = "k" }
            _ = try await fixture.store.cancel(bench.root, CancelOrder(actor: "ann", at: bench.tick()))
            let (policy, year) = (RetentionPolicy(), WallTime(milliseconds: 365 * day))
            let first = try await fixture.store.retire(policy, atMost: 2000, at: year)
            #expect((first.rows, first.roots, first.isMore) == (2000, 0, true))
            #expect(try await fixture.store.check().isEmpty)
            let second = try await fixture.store.retire(policy, atMost: 2000, at: year)
            #expect((second.rows, second.roots, second.isMore) == (501, 1, false))
            #expect(try await count(fixture.store, "idempotency") == 0)
        }
    }

    @Test("a blob that no submission came for goes after an hour")
    func staged() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, time) = (fixture.store, WallTime(milliseconds: 1000))
            for blob in Samples.inputs { try await store.keep(blob, at: time) }
            _ = try await store.submit(Samples.acceptance(fixture.ids.makeJobID()), inputs: [])
            try await store.keep(Samples.content("stray"), at: time)
            let policy = RetentionPolicy()
            let early = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 1000 + 3_600_000))
            #expect(early.blobs == 0)
            let late = try await store.retire(policy, atMost: 2000, at: WallTime(milliseconds: 1001 + 3_600_000))
            #expect(late.blobs == 1)
            #expect(try await count(store, "blob") == 2)
        }
    }

    @Test("a check finds what does not fit together")
    func check() async throws {
        let damages = [
            "UPDATE job SET open_needs = open_needs + 1 WHERE name = 'b'",
            "UPDATE job SET open_needs = 7 WHERE kind = 'graph'",
            "UPDATE job SET attempts = 3 WHERE name = 'c'",
            "UPDATE job_edge SET is_met = 1",
            "INSERT INTO event (root, sequence, job, at_ms, name) SELECT 1, 99, 1, 1, 'x'",
            "UPDATE job SET state = 'running', due_at_ms = NULL WHERE name = 'c'",
        ]
        for damage in damages {
            try await SQLiteFixture.with { fixture in
                _ = try await GraphBench(fixture, ["a", "b: a", "c"])
                #expect(try await fixture.store.check().isEmpty)
                try await fixture.store.write { try $0.run(damage) }
                let faults = try await fixture.store.check()
                #expect(!faults.isEmpty, "\(damage)")
            }
        }
    }

    @Test("a backup holds everything, is made beside living work, and can be put back")
    func backup() async throws {
        try await TemporaryFolder.with { folder in
            let copy = folder.file("copy.db")
            try await TemporaryFolder.with { home in
                // Each in a function of its own: a store holds its folder's lock for as long as it lives.
                let job = try await copyAndGoOn(home, to: copy)
                try restore(copy, into: home, at: 5)
                let names = try home.contents().keys.sorted()
                #expect(names == ["caisson.db", "caisson.db.before-restore-5", "lock", "reserve"])
                try await expectReady(job, in: home)
                try folder.write(String(repeating: "no database", count: 99), to: "noise.db")
                let before = try home.contents(without: ["lock"])
                #expect(throws: StoreError.self) { try restore(folder.file("noise.db"), into: home, at: 6) }
                #expect(try home.contents(without: ["lock"]) == before)
            }
            #expect(try folder.mode(of: "copy.db") == 0o600)
        }
    }

    private func copyAndGoOn(_ home: TemporaryFolder, to copy: String) async throws -> JobID {
        let fixture = try await SQLiteFixture(folder: home)
        let bench = try await GraphBench(fixture, ["a", "b: a"])
        try await fixture.store.backup(to: copy)
        await #expect(throws: StoreError.self) { try await fixture.store.backup(to: copy) }
        try await bench.run("a")
        try await fixture.store.vacuum()
        try await fixture.store.close()
        return bench.id("a")
    }

    private func restore(_ copy: String, into home: TemporaryFolder, at milliseconds: Int64) throws {
        let lock = try #require(try StoreLock.acquireNow(home.path))
        try SQLiteJobStore.restore(copy, into: lock, at: WallTime(milliseconds: milliseconds))
    }

    private func expectReady(_ job: JobID, in home: TemporaryFolder) async throws {
        let again = try await SQLiteFixture(folder: home)
        #expect(try await again.store.summary("\(job)").state == .ready)
        #expect(try await again.store.check().isEmpty)
        try await again.store.close()
    }

    @Test("a reader checks and copies the database beside its writer, and tells a copy that is not sound")
    func copyBesideWriter() async throws {
        try await TemporaryFolder.with { folder in
            try await SQLiteFixture.with { fixture in
                let bench = try await GraphBench(fixture, ["a", "b: a"])
                let reader = SQLiteJobReader(folder: fixture.folder.path, blobs: MemoryBlobs())
                #expect(try await reader.check().isEmpty)
                let copy = folder.file("copy.db")
                try await reader.backup(to: copy)
                try await bench.run("a")
                #expect(try SQLiteJobReader.faults(ofCopy: copy).isEmpty)
                await #expect(throws: StoreError.self) { try await reader.backup(to: copy) }
                try await fixture.store.write { try $0.run("UPDATE job SET attempts = 3 WHERE name = 'b'") }
                let faults = try await reader.check()
                #expect(faults == ["the count of its attempts is wrong: \(bench.id("b"))"])
                let unsound = folder.file("unsound.db")
                try await reader.backup(to: unsound)
                #expect(try SQLiteJobReader.faults(ofCopy: unsound) == faults)
                // A link that leads nowhere is a name that is taken, too.
                let link = folder.file("link.db")
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file("none"))
                await #expect(throws: StoreError.self) { try await reader.backup(to: link) }
            }
            try folder.write("no database, but long enough to be taken for one at first", to: "noise.db")
            #expect(throws: StoreError.self) { try SQLiteJobReader.faults(ofCopy: folder.file("noise.db")) }
            #expect(throws: StoreError.self) { try SQLiteJobReader.faults(ofCopy: folder.file("none.db")) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(names == ["copy.db", "link.db", "noise.db", "unsound.db"])
        }
    }

    @Test("a data folder on a network file system is refused", arguments: ["nfs4", "cifs", "9p", "fuse.sshfs"])
    func network(kind: String) async throws {
        try await TemporaryFolder.with { folder in
            let error = await #expect(throws: StoreError.self) {
                _ = try await StoreLock.acquire(
                    folder.path, waiting: .zero, clock: .continuous, fileSystem: { _ in kind })
            }
            #expect(error?.message.contains("network file system (\(kind))") == true)
            #expect(try folder.contents().isEmpty)
            _ = try await StoreLock.acquire(
                folder.path, waiting: .zero, clock: .continuous, fileSystem: { _ in "ext4" })
            #expect(try folder.contents().keys.sorted() == ["lock"])
        }
    }

    @Test("the kind of a file system is found by its device")
    func mounts() {
        let mounts = """
            22 27 0:21 / /proc rw,relatime - proc proc rw
            27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
            40 27 0:50 / /home rw - nfs4 server:/home rw
            """
        #expect(FileSystem.kind(of: "254:0", in: mounts) == "ext4")
        #expect(FileSystem.kind(of: "0:50", in: mounts) == "nfs4")
        #expect(FileSystem.kind(of: "0:99", in: mounts) == nil)
        #expect(FileSystem.look("/proc") == "proc")
    }
}
