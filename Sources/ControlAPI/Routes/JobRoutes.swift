import ControlWire
import Model
package import Ports
import Waiting

/// What is known of jobs: read alone.
package struct JobRoutes: RouteGroup {
    private let reader: any JobReader & BlobReader
    private let watch: any JobWatch
    private let clock: any Clock<Duration>
    private let wallClock: any WallClock

    /// Jobs in an answer that says nothing of their number.
    private static let fewJobs = Int64(50)

    package init(
        reader: any JobReader & BlobReader, watch: any JobWatch, clock: any Clock<Duration>, wallClock: any WallClock
    ) {
        (self.reader, self.watch, self.clock, self.wallClock) = (reader, watch, clock, wallClock)
    }

    package var routes: [Route] {
        [
            .get("/jobs", query: ["filter", "limit", "before"]) { try await list($0) },
            .get("/counts", query: ["filter"]) { request in
                try .json(CountView(try await reader.counts(try filter(request))))
            },
            .get("/jobs/{id}", query: ["include"]) { try await show($0) },
            .get("/jobs/{id}/spec") { try .json(try await job($0).spec) },
            .get("/jobs/{id}/attempts") { try await attempts($0) },
            .get("/jobs/{id}/events") { request in
                let events = try await reader.events(of: try await summary(request).id)
                return try .json(EventListView(events.map { EventView($0) }))
            },
            .get("/jobs/{id}/result") { try await result($0) },
            .get("/jobs/{id}/wait", query: ["timeout_ms"], kind: .long) { try await wait($0) },
        ]
    }

    private func summary(_ request: ControlRequest) async throws(StoreError) -> JobSummary {
        try await reader.summary(request.parameter("id"))
    }

    private func job(_ request: ControlRequest) async throws(StoreError) -> JobRecord {
        try await reader.job(request.parameter("id"))
    }

    private func list(_ request: ControlRequest) async throws -> ControlAnswer {
        let limit = try request.number("limit", 1...Int64(ControlWire.mostJobs)) ?? Self.fewJobs
        let filter = try filter(request)
        let page = try await reader.jobs(filter, limit: Int(limit), before: try request.number("before", 1...Int64.max))
        return try .json(JobListView(page.jobs.map { JobView($0) }, next: page.next))
    }

    /// Without one every job is meant.
    private func filter(_ request: ControlRequest) throws -> JobFilter {
        do throws(JobFilterText.Mistakes) {
            return try JobFilterText.read(request.query["filter"] ?? "", now: wallClock.now())
        } catch {
            throw error.mistakes[0]
        }
    }

    /// Without `include` it is what `caisson show -o json` prints.
    private func show(_ request: ControlRequest) async throws -> ControlAnswer {
        let parts = try Self.parts(request) ?? [.attempts, .events]
        let summary = try await summary(request)
        var view = JobView(summary)
        if summary.kind == .job {
            let job = try await reader.job("\(summary.id)")
            view = JobView(job)
            if parts.contains(.spec) { view.spec = job.spec }
            if parts.contains(.attempts) {
                view.attempts = try await reader.attempts(of: job.id).map { AttemptView($0) }
            }
        }
        if parts.contains(.events) { view.events = try await reader.events(of: summary.id).map { EventView($0) } }
        return try .json(view)
    }

    private func attempts(_ request: ControlRequest) async throws -> ControlAnswer {
        let attempts = try await reader.attempts(of: try await job(request).id)
        return try .json(
            AttemptListView(
                attempts.map { attempt in
                    var view = AttemptView(attempt)
                    view.detail = AttemptDetail(attempt)
                    return view
                }))
    }

    /// The bytes of the result as the job left them; it is at most as long as a job may make it, which fits into memory.
    private func result(_ request: ControlRequest) async throws -> ControlAnswer {
        let job = try await job(request)
        guard let blob = try await reader.attempts(of: job.id).last?.result else {
            throw NoResult(job: job.id, state: job.state)
        }
        return ControlAnswer(
            contentType: "application/json",
            body: .stream { writer in try await writer.write(blob, from: 0, of: reader) })
    }

    /// Answers once the job has its final state, or as it is when the time is over.
    private func wait(_ request: ControlRequest) async throws -> ControlAnswer {
        let longest = Int64(ControlWire.longestWaitMilliseconds)
        let limit = try request.number("timeout_ms", 0...longest) ?? longest
        let summary = try await reader.summary(request.parameter("id"))
        let id = summary.id
        let signal = Signal()
        let watching = watch.watch(root: summary.root) { signal.send() }
        defer { watching.end() }
        let ended = try await within(.milliseconds(limit), clock) { [reader] () async throws -> JobSummary in
            while true {
                let job = try await reader.summary("\(id)")
                if job.state.isTerminal { return job }
                try await signal.wait()
            }
        }
        let job = if let ended { ended } else { try await reader.summary("\(id)") }
        return try .json(JobView(job))
    }

    private static func parts(_ request: ControlRequest) throws(ControlAPIError) -> Set<JobPart>? {
        guard let text = request.query["include"] else { return nil }
        var parts: Set<JobPart> = []
        for word in text.split(separator: ",") {
            guard let part = JobPart(rawValue: String(word)) else {
                throw .badParameter(
                    name: "include", value: text,
                    expected: "a list of \(JobPart.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            parts.insert(part)
        }
        return parts
    }
}

/// The job has no result to give.
private struct NoResult: UserFacingError {
    let job: JobID
    let state: JobState
    var code: ErrorCode { .notFound }
    var message: String { "Of job \(job), which is \(state.rawValue), no \(JobSpec.resultFile) was kept." }
    var remedy: String? { "See `caisson show \(job)` for how it ended, `caisson logs \(job)` for what it wrote." }
}
