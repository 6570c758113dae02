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
    package func job(_ reference: String) async throws(StoreError) -> JobRecord {
        try await read { try JobQueries.job(reference, in: $0) }
    }

    package func jobs(limit: Int) async throws(StoreError) -> [JobRecord] {
        try await read { try JobQueries.jobs(limit: limit, in: $0) }
    }

    package func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        try await read { try JobQueries.attempts(of: job, in: $0) }
    }

    package func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        try await read { try JobQueries.events(of: job, in: $0) }
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
