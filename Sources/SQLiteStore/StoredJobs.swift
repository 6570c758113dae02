package import GRDB
package import Model
package import Ports

/// Gives out what is stored, over any connection that can read the job tables.
package protocol StoredJobs: JobReader, BlobReader {
    /// Where the blobs lie that are too large for a row.
    var blobs: any BlobStore { get }
    /// Calls `body` in a read transaction, off the threads of Swift's pool.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StoreError) -> Value
}

extension StoredJobs {
    package func summary(_ reference: String) async throws(StoreError) -> JobSummary {
        try await read { try JobQueries.summary(reference, in: $0) }
    }

    package func job(_ reference: String) async throws(StoreError) -> JobRecord {
        try await read { try JobQueries.job(reference, in: $0) }
    }

    package func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        try await read { try JobQueries.jobs(filter, limit: limit, before: before, in: $0) }
    }

    package func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] {
        try await read { try JobQueries.counts(filter, in: $0) }
    }

    package func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await read { try JobQueries.tree(root, limit: limit, in: $0) }
    }

    package func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await read { try JobQueries.needs(in: root, limit: limit, in: $0) }
    }

    package func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] {
        try await read { try JobQueries.counts(in: root, in: $0) }
    }

    package func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts {
        try await read { try JobQueries.waitFacts(of: job, in: $0) }
    }

    package func queues() async throws(StoreError) -> [QueueStatistics] {
        try await read { try JobQueries.queues(in: $0) }
    }

    package func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        try await read { try JobQueries.attempts(of: job, in: $0) }
    }

    package func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        try await read { try JobQueries.events(of: job, in: $0) }
    }

    package func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await read { try JobQueries.events(after: ordinal, limit: limit, in: $0) }
    }

    /// What a job left as its result; of a fan-out, the list of its members' results; `nil` if there is none.
    package func result(of job: JobID) async throws(StoreError) -> BlobReference? {
        try await read { try JobQueries.result(of: job, in: $0) }
    }

    package func bytes(
        of reference: BlobReference, from offset: Int64, count: Int
    ) async throws(StoreError) -> [UInt8] {
        let start = min(max(offset, 0), reference.size.bytes)
        let length = min(Int64(max(count, 0)), reference.size.bytes - start)
        let inline = try await read {
            try JobQueries.inlineBytes(of: reference, from: start, count: Int(length), in: $0)
        }
        if let inline { return inline }
        return try await blobs.read(reference, range: start..<start + length)
    }
}
