import GRDB
import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct SchemaImagesTests {
    private static let id = "sha256:" + String(repeating: "0", count: 64)

    @Test(
        "the table of images refuses what must not be",
        arguments: [
            "INSERT INTO image VALUES ('', '\(id)', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('A', '\(id)', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('a/b', '\(id)', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('-a', '\(id)', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('\(String(repeating: "a", count: 64))', '\(id)', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('a', 'debian:12', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('a', 'sha256:\(String(repeating: "x", count: 64))', 's', NULL, 1, 1)",
            "INSERT INTO image VALUES ('a', '\(id)', NULL, NULL, 1, 1)",
            "INSERT INTO image VALUES ('a', '\(id)', 's', NULL, -1, 1)",
        ])
    func constraints(sql: String) throws {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database)
        try database.write { try $0.execute(sql: "INSERT INTO image VALUES ('a.b-c_1', '\(Self.id)', 's', 't', 0, 1)") }
        let error = #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT, "\(sql)")
    }

    @Test("a database from before there were names of images is brought up to date, with its jobs")
    func upgrade() async throws {
        try await TemporaryFolder.with { folder in
            let job = try JobID("abc000000000")
            let old = try DatabaseQueue(path: folder.file("caisson.db"))
            try Schema.migrator.migrate(old, upTo: "0001-jobs")
            let spec = Samples.spec()
            try await old.write {
                try $0.execute(
                    sql: "INSERT INTO job (id, state, spec, spec_digest, created_at_ms) VALUES (?, 'ready', ?, 'd', 1)",
                    arguments: ["\(job)", try StoredJSON.text(of: spec)])
            }
            try old.close()
            // Whoever only reads changes nothing, and says so.
            let reader = SQLiteJobReader(folder: folder.path, blobs: MemoryBlobs())
            await #expect(throws: StoreError.self) { try await reader.images() }

            let fixture = try await SQLiteFixture(folder: folder)
            let image = ImageRecord(
                name: try ImageName("a"), imageID: Self.id, source: "s", loadedTag: nil, size: .mebibytes(1),
                addedAt: WallTime(milliseconds: 1))
            try await fixture.store.addImage(image)
            let (jobs, images) = (try await fixture.store.jobs(limit: 9), try await reader.images())
            #expect(jobs.map(\.id) == [job])
            #expect(images == [image])
            try await fixture.store.close()
        }
    }
}
