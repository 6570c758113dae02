package import ControlWire
import CurlHTTP
import Foundation
package import Model

/// What people ask the daemon to do.
extension ControlClient {
    /// Hands in a submission whose inputs were uploaded before.
    package func submit(_ submission: Submission) async throws -> SubmissionView {
        try await post("/jobs", submission, total: Self.submissionLimit)
    }

    /// Time for a submission to be taken in: one of 200,000 nodes has as many rows.
    private static let submissionLimit = Duration.seconds(600)

    package func cancel(_ job: String, _ ask: CancelAsk) async throws -> CancelView {
        try await post("/jobs/\(Self.encoded(job))/cancel", ask)
    }

    package func hold(_ job: String, reason: String) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/hold", ReasonAsk(reason: reason))
    }

    package func release(_ job: String) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/release", ReasonAsk())
    }

    /// Answers an approval.
    package func decide(_ approval: String, isApproved: Bool, reason: String) async throws -> JobIDView {
        let verb = isApproved ? "approve" : "reject"
        return try await post("/jobs/\(Self.encoded(approval))/\(verb)", ReasonAsk(reason: reason))
    }

    package func setPriority(_ job: String, _ priority: Int) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/priority", PriorityAsk(priority: priority))
    }

    /// - Returns: the job that is made in its place.
    package func retry(_ job: String) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/retry", ReasonAsk())
    }

    package func fork(_ job: String, _ ask: ForkAsk) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/fork", ask)
    }

    package func discard(_ job: String) async throws -> JobIDView {
        try await post("/jobs/\(Self.encoded(job))/discard", ReasonAsk())
    }

    package func setQueue(project: String, queue: String, _ ask: QueueAsk) async throws -> QueueView {
        try await post("/queues/\(Self.encoded(project))/\(Self.encoded(queue))", ask)
    }

    package func explanation(of job: String) async throws -> ExplanationView {
        try await get("/jobs/\(Self.encoded(job))/explain")
    }

    /// The ordinal of the newest event, 0 if there is none.
    package func newestEvent() async throws -> Int64 {
        let view: OrdinalView = try await get("/events/newest")
        return view.ordinal
    }

    /// Hands out events, one after the other, from the one after `ordinal` on; without an end, if they are followed.
    package func events(
        after ordinal: Int64, isFollowed: Bool, _ take: (EventView) async throws -> Void
    ) async throws {
        var rest: [UInt8] = []
        try await call(false, "/events?after=\(ordinal)&follow=\(isFollowed ? 1 : 0)", body: nil) { piece in
            rest += piece
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(rest[..<end])
                rest.removeFirst(end + 1)
                try await take(try Self.decode(EventView.self, line))
            }
        }
    }

    func post<Value: Decodable>(
        _ path: String, _ ask: some Encodable, total: Duration = ControlClient.shortLimit
    ) async throws -> Value {
        let body = HTTPRequest.Body([UInt8](try JSONEncoder().encode(ask)), contentType: "application/json")
        return try Self.value(try await send(request(.post, path, body: body, total: total)))
    }
}
