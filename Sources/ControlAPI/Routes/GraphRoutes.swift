import ControlWire
import Model
package import Ports
import Waiting

/// What is known of graphs, queues and what happened: read alone.
package struct GraphRoutes: RouteGroup {
    private let reader: any JobReader
    private let watch: any JobWatch

    /// Events that are read at once.
    private static let eventsAtOnce = 500

    package init(reader: any JobReader, watch: any JobWatch) { (self.reader, self.watch) = (reader, watch) }

    package var routes: [Route] {
        [
            .get("/jobs/{id}/tree", query: ["limit"]) { request in
                let jobs = try await reader.tree(try await root(request), limit: try Self.limit(request))
                return try .json(JobListView(jobs.map { JobView($0) }))
            },
            .get("/jobs/{id}/needs", query: ["limit"]) { request in
                let needs = try await reader.needs(in: try await root(request), limit: try Self.limit(request))
                return try .json(needs.map { NeedView($0) })
            },
            .get("/jobs/{id}/counts") { request in
                let counts = try await reader.counts(in: try await root(request))
                return try .json(
                    Dictionary(counts.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first }))
            },
            .get("/queues") { _ in try .json(try await reader.queues().map { QueueView($0) }) },
            .get("/events", query: ["after", "follow"], kind: .long) { try await events($0) },
            .get("/events/newest") { _ in try .json(OrdinalView(ordinal: try await reader.newestEvent())) },
        ]
    }

    private func root(_ request: ControlRequest) async throws(StoreError) -> JobID {
        try await reader.summary(request.parameter("id")).root
    }

    private static func limit(_ request: ControlRequest) throws -> Int {
        Int(try request.number("limit", 1...Int64(Submission.mostNodes)) ?? 10_000)
    }

    /// One event a line, from the one after `after` on; with `follow=1`, also those to come, for as long as the client stays.
    private func events(_ request: ControlRequest) async throws -> ControlAnswer {
        let after = try request.number("after", 0...Int64.max) ?? 0
        let isFollowed = try request.number("follow", 0...1) == 1
        return ControlAnswer(
            contentType: ControlWire.linesType,
            body: .stream { [reader, watch] writer in
                let signal = Signal()
                let watching = watch.watchAll { signal.send() }
                defer { watching.end() }
                var last = after
                while true {
                    let events = try await reader.events(after: last, limit: Self.eventsAtOnce)
                    for event in events {
                        try await writer.write(try ControlAnswer.line(EventView(event)))
                        last = event.ordinal
                    }
                    guard events.isEmpty else { continue }
                    guard isFollowed else { return }
                    try await signal.wait()
                }
            })
    }
}
