import Foundation
import Model
import Ports
import SQLiteStore
import TestSupport
import Testing

@Suite struct SQLiteJobReaderTests {
    private func reader(_ folder: TemporaryFolder) -> SQLiteJobReader {
        SQLiteJobReader(folder: folder.path, blobs: MemoryBlobs())
    }

    @Test("a folder without a database, or no folder at all, is read as an empty store")
    func missing() async throws {
        try await TemporaryFolder.with { folder in
            for path in [folder.path, folder.file("nowhere"), folder.file("lock/below")] {
                let reader = SQLiteJobReader(folder: path, blobs: MemoryBlobs())
                let jobs = try await reader.jobs(limit: 1)
                #expect(jobs.isEmpty)
                await #expect(throws: StoreError.notFound("abc")) { try await reader.job("abc") }
            }
            #expect(try folder.contents().isEmpty)
        }
    }

    @Test("a database without tables is read as an empty store")
    func withoutTables() async throws {
        try await TemporaryFolder.with { folder in
            try Data().write(to: URL(fileURLWithPath: folder.file("caisson.db")))
            #expect(try await reader(folder).jobs(limit: 1).isEmpty)
            #expect(try folder.contents() == ["caisson.db": Data()])
        }
    }

    @Test("after a clean end it reads without making a file")
    func withoutLog() async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await SQLiteFixture(folder: folder)
            let job = try await fixture.insertRunning()
            try await fixture.store.close()
            let before = try folder.contents()
            #expect(try await reader(folder).jobs(limit: 9).map(\.id) == [job])
            #expect(try await reader(folder).events(of: job).count == 4)
            #expect(try folder.contents() == before)
        }
    }

    @Test("after a kill it reads what the log holds, and leaves database and log as they are")
    func leftOverLog() async throws {
        try await SQLiteFixture.with { fixture in
            let job = try await fixture.insertRunning()
            try await TemporaryFolder.with { copy in
                for (name, bytes) in try fixture.folder.contents(without: ["lock", "caisson.db-shm"]) {
                    try bytes.write(to: URL(fileURLWithPath: copy.file(name)))
                }
                let before = try copy.contents()
                #expect(before["caisson.db-wal"]?.isEmpty == false)
                #expect(try await reader(copy).attempts(of: job).map(\.state) == [.working])
                // The index of a log has to stand in a file to be shared; it holds nothing that is not in the log.
                #expect(try copy.contents(without: ["caisson.db-shm"]) == before)
            }
        }
    }

    @Test("beside a living writer it reads what is committed, and keeps nothing of it waiting")
    func besideAWriter() async throws {
        try await SQLiteFixture.with { fixture in
            let job = try await fixture.insertRunning()
            let reader = reader(fixture.folder)
            let before = try fixture.folder.contents(without: ["caisson.db-shm"])
            #expect(try await reader.job("@latest").state == .running)
            #expect(try fixture.folder.contents(without: ["caisson.db-shm"]) == before)

            try await fixture.store.finish(Samples.outcome(job))
            #expect(try await reader.job("@latest").state == .succeeded)
            let blob = try #require(try await reader.attempts(of: job).first?.stdout)
            #expect(try await reader.bytes(of: blob, from: 0, count: 9) == Array("42\n".utf8))
        }
    }

    @Test("readers and the writer do not disturb each other")
    func manyReaders() async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try await SQLiteFixture(folder: folder)
            let (store, ids, reader) = (fixture.store, fixture.ids, reader(folder))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await store.insertRunning(ids.makeJobID()) } }
                for _ in 0..<20 {
                    group.addTask {
                        for job in try await reader.jobs(limit: 100) where job.state == .running {
                            #expect(try await reader.events(of: job.id).count == 4)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await store.close()
            #expect(try await reader.jobs(limit: 100).count == 20)
        }
    }

    @Test("a path with every awkward character works", arguments: ["a b", "50%", "why?", "#1", "ü", "a&b=c;d"])
    func awkwardPath(name: String) async throws {
        try await TemporaryFolder.with { parent in
            let folder = TemporaryFolder(path: parent.file(name))
            let fixture = try await SQLiteFixture(folder: folder)
            let job = try await fixture.insertRunning()
            try await fixture.store.close()
            #expect(try await reader(folder).job("@latest").id == job)
            #expect(try folder.contents().keys.sorted() == ["caisson.db", "lock"])
        }
    }
}
