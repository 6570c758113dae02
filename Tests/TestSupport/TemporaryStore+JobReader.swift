package import Model
package import Ports
package import Waiting
import SQLiteStore

// Reading is no step: tests look, too.

extension TemporaryStore: JobReader, BlobReader, JobWatch {
    package func summary(_ reference: String) async throws(StoreError) -> JobSummary {
        try await real.summary(reference)
    }

    package func job(_ reference: String) async throws(StoreError) -> JobRecord {
        try await real.job(reference)
    }

    package func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        try await real.jobs(filter, limit: limit, before: before)
    }

    package func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] {
        try await real.counts(filter)
    }

    package func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await real.tree(root, limit: limit)
    }

    package func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await real.needs(in: root, limit: limit)
    }

    package func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] {
        try await real.counts(in: root)
    }

    package func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts {
        try await real.waitFacts(of: job)
    }

    package func queues() async throws(StoreError) -> [QueueStatistics] {
        try await real.queues()
    }

    package func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        try await real.attempts(of: job)
    }

    package func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        try await real.events(of: job)
    }

    package func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await real.events(after: ordinal, limit: limit)
    }

    package func bytes(of reference: BlobReference, from offset: Int64, count: Int) async throws(StoreError) -> [UInt8]
    {
        try await real.bytes(of: reference, from: offset, count: count)
    }

    package func watch(root: JobID, _ wake: @escaping @Sendable () -> Void) -> Watching {
        guard let store = try? real else { return Watching {} }  // ignored: the other calls say why
        return store.watch(root: root, wake)
    }

    package func watchAll(_ wake: @escaping @Sendable () -> Void) -> Watching {
        guard let store = try? real else { return Watching {} }  // ignored: as above
        return store.watchAll(wake)
    }
}
