import ControlWire
package import Model
import Planner
package import Ports

/// The stored jobs as the daemon tells of them: the verbs that look take this or the store itself.
package struct ControlJobReader: JobReader, BlobReader {
    private let client: ControlClient

    package init(_ client: ControlClient) { self.client = client }

    package func summary(_ reference: String) async throws(StoreError) -> JobSummary {
        guard !reference.isEmpty else { throw .notFound(reference) }
        return try await asking(for: reference) { try JobSummary(try await client.job(reference)) }
    }

    package func job(_ reference: String) async throws(StoreError) -> JobRecord {
        guard !reference.isEmpty else { throw .notFound(reference) }
        let view = try await asking(for: reference) { try await client.job(reference, with: [.spec]) }
        return try await asking {
            let summary = try JobSummary(view)
            guard view.spec != nil else { throw StoreError.runsNothing(id: "\(summary.id)", kind: summary.kind) }
            return try JobRecord(view)
        }
    }

    package func jobs(_ filter: JobFilter, limit: Int, before: Int64?) async throws(StoreError) -> JobPage {
        guard limit > 0 else { return JobPage(jobs: [], next: nil) }
        return try await asking {
            let list = try await client.jobs(filter, limit: min(limit, ControlWire.mostJobs), before: before)
            return JobPage(jobs: try list.jobs.map { try JobSummary($0) }, next: list.next)
        }
    }

    package func counts(_ filter: JobFilter) async throws(StoreError) -> [JobState: Int] {
        try await asking {
            let view: CountView = try await client.get("/counts", query: [("filter", JobFilterText.text(filter))])
            return [JobState: Int](told: view.counts)
        }
    }

    package func tree(_ root: JobID, limit: Int) async throws(StoreError) -> [JobSummary] {
        try await asking {
            let list: JobListView = try await client.get("/jobs/\(root)/tree", query: [("limit", "\(limit)")])
            return try list.jobs.map { try JobSummary($0) }
        }
    }

    package func needs(in root: JobID, limit: Int) async throws(StoreError) -> [NeedRecord] {
        try await asking {
            let needs: [NeedView] = try await client.get("/jobs/\(root)/needs", query: [("limit", "\(limit)")])
            return try needs.map { try NeedRecord($0) }
        }
    }

    package func counts(in root: JobID) async throws(StoreError) -> [JobState: Int] {
        try await asking {
            let counts: [String: Int] = try await client.get("/jobs/\(root)/counts")
            return [JobState: Int](told: counts)
        }
    }

    package func queues() async throws(StoreError) -> [QueueStatistics] {
        try await asking {
            let queues: [QueueView] = try await client.get("/queues")
            return try queues.map { try QueueStatistics($0) }
        }
    }

    package func events(after ordinal: Int64, limit: Int) async throws(StoreError) -> [EventRecord] {
        try await asking {
            var events: [EventRecord] = []
            try await client.events(after: ordinal, isFollowed: false) { view in
                if events.count < limit { events.append(try EventRecord(view)) }
            }
            return events
        }
    }

    /// What the daemon knows more of than the rows say: it is asked for the explanation itself.
    package func waitFacts(of job: JobID) async throws(StoreError) -> WaitFacts {
        throw .unavailable(path: client.socketPath, reason: "the daemon explains a wait itself")
    }

    package func attempts(of job: JobID) async throws(StoreError) -> [AttemptRecord] {
        do throws(StoreError) {
            return try await asking { try await client.attempts(of: "\(job)").map { try AttemptRecord($0, of: job) } }
        } catch {
            // As the store has it: of nothing there are none.
            if case .notFound = error { return [] }
            throw error
        }
    }

    package func events(of job: JobID) async throws(StoreError) -> [EventRecord] {
        try await asking { try await client.events(of: "\(job)").map { try EventRecord($0) } }
    }

    package func bytes(
        of reference: BlobReference, from offset: Int64, count: Int
    ) async throws(StoreError) -> [UInt8] {
        // Not beyond its size, as the store itself has it.
        let (from, size) = (max(offset, 0), reference.size.bytes)
        let wanted = from < size ? min(Int64(max(count, 0)), size - from) : 0
        guard wanted > 0 else { return [] }
        return try await asking(for: reference.digest) {
            try await client.blob(reference.digest, from: from, count: Int(wanted))
        }
    }

    /// What goes wrong, in the words of a store.
    ///
    /// - Parameter thing: what is asked for, if it may not be there.
    private func asking<Value>(for thing: String = "it", _ body: () async throws -> Value) async throws(StoreError)
        -> Value
    {
        do {
            return try await body()
        } catch let error as StoreError {
            throw error
        } catch let error as any UserFacingError {
            if error.code == .notFound { throw .notFound(thing) }
            throw .daemon(code: error.code, message: error.message, remedy: error.remedy)
        } catch {
            throw .daemon(
                code: .daemonUnreachable, message: "The daemon was not waited for.", remedy: "Ask again.")
        }
    }
}
