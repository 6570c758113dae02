package import Model
package import Ports
import Synchronization

extension MemoryJobStore: JobReader, BlobReader {
    package func job(_ reference: String) async throws(StoreError) -> JobRecord {
        let jobs = table.withLock { $0.inOrder }
        let isPlain = reference.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        let found =
            if reference == "@latest" {
                Array(jobs.suffix(1))
            } else if reference.isEmpty || !isPlain {
                [JobRecord]()
            } else {
                jobs.filter { $0.id.description.hasPrefix(reference) }
            }
        guard let job = found.first else { throw .notFound(reference) }
        guard found.count == 1 else { throw .ambiguous(prefix: reference, matches: found.count) }
        return job
    }

    package func jobs(limit: Int) async throws(StoreError) -> [JobRecord] {
        table.withLock { $0.inOrder.reversed().prefix(max(limit, 0)).map(\.self) }
    }

    package func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        table.withLock { table in
            table.attempts.values.filter { $0.id.job == job }.sorted { $0.id.number < $1.id.number }
        }
    }

    package func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        table.withLock { $0.events[job] ?? [] }
    }

    package func bytes(
        of reference: BlobReference, from offset: Int64, count: Int
    ) async throws(StoreError) -> [UInt8] {
        guard let blob = table.withLock({ $0.blobs[reference.digest] }) else { throw .notFound(reference.digest) }
        let start = min(max(offset, 0), reference.size.bytes)
        let end = start + min(Int64(max(count, 0)), reference.size.bytes - start)
        guard let bytes = blob.inlineBytes else { return try await blobs.read(reference, range: start..<end) }
        return Array(bytes[Int(start)..<Int(end)])
    }
}
