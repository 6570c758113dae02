import Foundation
import GRDB
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

    @Test("spools or blobs beside no database, or an empty one, are told as what they are: a database that was lost")
    func emptied() async throws {
        for subfolder in ["spool/abc000000000.1", "blobs/ab"] {
            try await TemporaryFolder.with { folder in
                try FileManager.default.createDirectory(
                    atPath: folder.file(subfolder), withIntermediateDirectories: true)
                let lost = StoreError.emptied(path: folder.path)
                await #expect(throws: lost) { try await reader(folder).jobs(limit: 1) }
                await #expect(throws: lost) { try await SQLiteFixture(folder: folder) }
                // The writer must not have made one.
                #expect(!FileManager.default.fileExists(atPath: folder.file("caisson.db")))
                try folder.write("", to: "caisson.db")
                await #expect(throws: lost) { try await reader(folder).jobs(limit: 1) }
                await #expect(throws: lost) { try await SQLiteFixture(folder: folder) }
                #expect(try Data(contentsOf: URL(filePath: folder.file("caisson.db"))).isEmpty)
            }
        }
    }

    @Test("a database whose installation is missing is a lost one, too, once there are spools")
    func withoutInstallation() async throws {
        try await TemporaryFolder.with { folder in
            try await SQLiteFixture(folder: folder).store.close()
            try FileManager.default.createDirectory(
                atPath: folder.file("spool/abc000000000.1"), withIntermediateDirectories: true)
            try await SQLiteFixture(folder: folder).store.close()
            try await DatabaseQueue(path: folder.file("caisson.db")).write { database in
                try database.execute(sql: "DELETE FROM installation")
            }
            await #expect(throws: StoreError.emptied(path: folder.path)) { try await SQLiteFixture(folder: folder) }
        }
    }

    @Test("what a killed first run left, blobs in the making among it, is no lost database")
    func halfMade() async throws {
        try await TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(
                atPath: folder.file("blobs/incoming/x"), withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: folder.file("spool"), withIntermediateDirectories: true)
            try folder.write("", to: "caisson.db")
            #expect(try await reader(folder).jobs(limit: 1).isEmpty)
            try await SQLiteFixture(folder: folder).store.close()
        }
    }

    @Test("a survey tells age, soundness and content of a database, and changes nothing")
    func survey() async throws {
        try await TemporaryFolder.with { folder in
            let none = try await reader(folder).survey()
            #expect(none == nil)
            let fixture = try await SQLiteFixture(folder: folder)
            _ = try await fixture.insertRunning()
            try await fixture.store.setCellVolume("v", digest: "sha256:d", at: WallTime(milliseconds: 1))
            try await fixture.store.close()
            let before = try folder.contents()
            let survey = try #require(try await reader(folder).survey())
            #expect((survey.age, survey.integrity) == (.current, .sound))
            #expect(survey.installation == "\(fixture.store.installation)")
            #expect((survey.jobs, survey.openJobs, survey.cellVolumes) == (1, 1, ["v"]))
            #expect(try folder.contents() == before)
            try folder.write("no database, but long enough to be taken for the head of one", to: "caisson.db")
            await #expect(throws: StoreError.self) { try await reader(folder).survey() }
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
            #expect(try folder.contents().keys.sorted() == ["caisson.db", "lock", "reserve"])
        }
    }
}
