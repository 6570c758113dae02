import ControlWire
import Model
import Planner
package import Ports

/// What people ask for: to have jobs run, ended, held back, decided on, made again; and queues set.
package struct ActRoutes: RouteGroup {
    private let desk: any JobDesk

    package init(desk: any JobDesk) { self.desk = desk }

    package var routes: [Route] {
        [
            .post("/jobs") { try await submit($0) },
            .post("/jobs/{id}/cancel") { try await cancel($0) },
            .post("/jobs/{id}/hold") { request in
                let ask = try await request.document(ReasonAsk.self)
                try await desk.hold(request.job, reason: ask.reason ?? "", by: request.by)
                return try request.done()
            },
            .post("/jobs/{id}/release") { request in
                try await desk.release(request.job, by: request.by)
                return try request.done()
            },
            .post("/jobs/{id}/approve") { try await decide($0, isApproved: true) },
            .post("/jobs/{id}/reject") { try await decide($0, isApproved: false) },
            .post("/jobs/{id}/priority") { request in
                let ask = try await request.document(PriorityAsk.self)
                try await desk.setPriority(request.job, ask.priority, by: request.by)
                return try request.done()
            },
            .post("/jobs/{id}/retry") { request in
                try .json(JobIDView(id: "\(try await desk.retry(request.job, by: request.by))"), status: 201)
            },
            .post("/jobs/{id}/fork") { try await fork($0) },
            .post("/jobs/{id}/discard") { request in
                try await desk.discard(request.job, by: request.by)
                return try request.done()
            },
            .post("/queues/{project}/{queue}") { try await setQueue($0) },
            .get("/jobs/{id}/explain") { request in
                try .json(ExplanationView(try await desk.explanation(of: request.job)))
            },
        ]
    }

    private func submit(_ request: ControlRequest) async throws -> ControlAnswer {
        let submission = try await request.document(Submission.self, limit: request.bounds.submissionBytes)
        let receipt = try await desk.submit(submission, by: request.by)
        return try .json(SubmissionView(id: "\(receipt.root)", isNew: receipt.isNew), status: receipt.isNew ? 201 : 200)
    }

    private func cancel(_ request: ControlRequest) async throws -> ControlAnswer {
        let ask = try await request.document(CancelAsk.self)
        if let grace = ask.graceMilliseconds, !Self.graces.contains(grace) {
            throw ModelError.outOfRange(field: "grace_ms", value: "\(grace)", allowed: "0 to 600000")
        }
        let receipt = try await desk.cancel(
            request.job, isTree: ask.isTree ?? false, reason: ask.reason ?? "",
            grace: ask.graceMilliseconds.map { .milliseconds($0) }, by: request.by)
        return try .json(CancelView(ended: receipt.ended, stopping: receipt.live.map { "\($0)" }))
    }

    /// As ``Limits/grace`` has it.
    private static let graces = Int64(0)...600_000

    private func decide(_ request: ControlRequest, isApproved: Bool) async throws -> ControlAnswer {
        let ask = try await request.document(ReasonAsk.self)
        try await desk.decide(request.job, isApproved: isApproved, reason: ask.reason ?? "", by: request.by)
        return try request.done()
    }

    private func fork(_ request: ControlRequest) async throws -> ControlAnswer {
        let ask = try await request.document(ForkAsk.self)
        let changes = ForkChanges(
            command: ask.command, environment: ask.environment ?? [:], limits: ask.limits ?? [:],
            placement: ask.placement)
        return try .json(JobIDView(id: "\(try await desk.fork(request.job, changes, by: request.by))"), status: 201)
    }

    private func setQueue(_ request: ControlRequest) async throws -> ControlAnswer {
        let ask = try await request.document(QueueAsk.self)
        let limit: Int?? = ask.limit.map { $0 == 0 ? nil : $0 }
        let row = try await desk.setQueue(
            QueueID(project: request.parameter("project"), queue: request.parameter("queue")),
            QueueChange(isPaused: ask.isPaused, weight: ask.weight, limit: limit), by: request.by)
        return try .json(QueueView(QueueStatistics(row)))
    }
}

extension ControlRequest {
    /// Who asks, as events have it.
    fileprivate var by: String { "\(actor)" }
    fileprivate var job: String { parameter("id") }

    /// The answer to what is done, and needs no words.
    fileprivate func done() throws -> ControlAnswer { try .json(JobIDView(id: job)) }
}
