import Model
import Ports
import SQLiteStore
import TestSupport
import Testing

/// What people may rely on when they ask for stored jobs.
@Suite("JobReader contract")
struct JobReaderContract {
    @Test("a job is found by its id, a unique prefix and @latest")
    func references() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let ids = try ["abc000000000", "abd000000000", "b00000000000"].map { try JobID($0) }
            for id in ids { try await store.accept(id) }
            for reference in ["abc000000000", "abc"] { #expect(try await store.job(reference).id == ids[0]) }
            #expect(try await store.job("@latest").id == ids[2])
            await #expect(throws: StoreError.ambiguous(prefix: "ab", matches: 2)) { try await store.job("ab") }
        }
    }

    @Test(
        "what names no job is not found",
        arguments: ["", "z", "abc0000000000", "a%", "a*", "A", "@newest", "' OR 1", "ä"])
    func notFound(reference: String) async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            try await store.accept(JobID("abc000000000"))
            await #expect(throws: StoreError.notFound(reference)) { try await store.job(reference) }
        }
    }

    @Test("an empty store has no jobs, and no latest one")
    func empty() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let jobs = try await store.jobs(limit: 10)
            #expect(jobs.isEmpty)
            #expect(try await store.attempts(of: ids.makeJobID()).isEmpty)
            #expect(try await store.events(of: ids.makeJobID()).isEmpty)
            await #expect(throws: StoreError.notFound("@latest")) { try await store.job("@latest") }
        }
    }

    @Test("the newest jobs come first, whatever the clock said")
    func newestFirst() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let jobs = (0..<5).map { _ in ids.makeJobID() }
            for (index, job) in jobs.enumerated() {
                try await store.accept(job, at: Int64(9 - index))
            }
            #expect(try await store.jobs(limit: 3).map(\.id) == [jobs[4], jobs[3], jobs[2]])
            #expect(try await store.jobs(limit: 0).isEmpty)
            #expect(try await store.jobs(limit: .max).count == 5)
        }
    }

    @Test("stored bytes are read piece by piece")
    func bytes() async throws {
        try await SQLiteFixture.with { fixture in
            let (store, ids) = (fixture.store, fixture.ids)
            let job = try await store.insertRunning(ids.makeJobID())
            var outcome = Samples.outcome(job)
            let blob = Samples.blob("0123456789", digit: "e")
            outcome.stdout = blob
            try await store.finish(outcome)
            func read(from offset: Int64, count: Int) async throws -> String {
                String(decoding: try await store.bytes(of: blob.reference, from: offset, count: count), as: UTF8.self)
            }
            #expect(try await read(from: 0, count: 100) == "0123456789")
            #expect(try await read(from: 3, count: 4) == "3456")
            #expect(try await read(from: 8, count: .max) == "89")
            #expect(try await read(from: 10, count: 5).isEmpty)
            #expect(try await read(from: .max, count: 5).isEmpty)
            #expect(try await read(from: -5, count: -1).isEmpty)
        }
    }

    @Test("bytes of a blob there is not are not found")
    func unknownBlob() async throws {
        try await SQLiteFixture.with { fixture in
            let store = fixture.store
            let blob = Samples.blob("x", digit: "f").reference
            await #expect(throws: StoreError.notFound(blob.digest)) {
                try await store.bytes(of: blob, from: 0, count: 1)
            }
        }
    }
}
