package import Model
package import Planner
package import Ports

/// Carries out what people ask for: commits it first, then has the dispatcher act on it.
package struct Desk: JobDesk {
    private let store: any JobStore & JobReader
    private let intake: Intake
    private let dispatcher: Dispatcher
    private let ids: any IDSource
    private let wallClock: any WallClock

    package init(
        store: any JobStore & JobReader, intake: Intake, dispatcher: Dispatcher, ids: any IDSource,
        wallClock: any WallClock
    ) {
        (self.store, self.intake, self.dispatcher) = (store, intake, dispatcher)
        (self.ids, self.wallClock) = (ids, wallClock)
    }

    package func submit(_ submission: Submission, by actor: String) async throws -> SubmissionReceipt {
        try await intake.accept(submission, by: actor)
    }

    package func cancel(
        _ job: String, isTree: Bool, reason: String, grace: Duration?, by actor: String
    ) async throws -> CancelReceipt {
        let order = CancelOrder(isTree: isTree, actor: actor, reason: reason, at: wallClock.now(), grace: grace)
        let receipt = try await store.cancel(try await store.summary(job).id, order)
        await dispatcher.cancel(receipt.live, grace: grace)
        dispatcher.wake()
        return receipt
    }

    package func hold(_ job: String, reason: String, by actor: String) async throws {
        let flag = JobSummary.Flag(actor: actor, reason: reason, at: wallClock.now())
        try await store.hold(try await store.summary(job).id, flag, by: actor, at: flag.at)
    }

    package func release(_ job: String, by actor: String) async throws {
        try await store.hold(try await store.summary(job).id, nil, by: actor, at: wallClock.now())
        dispatcher.wake()
    }

    package func setPriority(_ job: String, _ priority: Int, by actor: String) async throws {
        guard Placement.priorities.contains(priority) else {
            throw ModelError.outOfRange(field: "priority", value: "\(priority)", allowed: "-100 to 100")
        }
        try await store.setPriority(try await store.summary(job).id, priority, by: actor, at: wallClock.now())
        dispatcher.wake()
    }

    package func decide(_ approval: String, isApproved: Bool, reason: String, by actor: String) async throws {
        let flag = JobSummary.Flag(actor: actor, reason: reason, at: wallClock.now())
        try await store.decide(try await store.summary(approval).id, isApproved: isApproved, flag)
        dispatcher.wake()
    }

    package func retry(_ job: String, by actor: String) async throws -> JobID {
        defer { dispatcher.wake() }
        return try await store.retry(try await store.summary(job).id, ids: ids, by: actor, at: wallClock.now())
    }

    package func fork(_ job: String, _ changes: ForkChanges, by actor: String) async throws -> JobID {
        let record = try await store.job(job)
        var spec = record.spec
        spec.command = changes.command ?? spec.command
        spec.environment.merge(changes.environment) { _, given in given }
        var amounts: [LimitField: Int64] = [:]
        for (name, text) in changes.limits {
            guard let field = LimitField(rawValue: name) else {
                let names = LimitField.allCases.map(\.rawValue).joined(separator: ", ")
                throw ModelError.malformed(field: "limit", value: name, expected: "one of \(names)")
            }
            amounts[field] = try field.amount(text: text, field: "limits.\(name)")
        }
        spec.limits = spec.limits.setting(amounts)
        // What another job of its graph left is what it had: it stands alone now.
        if spec.files.contains(where: { $0.reference != nil }) { spec.files = try await store.inputs(of: record.id) }
        let submission = Submission(spec, placement: changes.placement ?? record.summary.placement)
        let lineage = [0: JobSummary.Lineage(.fork, of: record.id)]
        return try await intake.accept(submission, by: actor, lineage: lineage).root
    }

    package func discard(_ job: String, by actor: String) async throws {
        try await store.discard(try await store.summary(job).id, by: actor, at: wallClock.now())
    }

    package func setQueue(_ id: QueueID, _ change: QueueChange, by actor: String) async throws -> QueueRow {
        for (field, name) in [("project", id.project), ("queue", id.queue)] where !Placement.isName(name) {
            throw ModelError.malformed(field: field, value: String(name.prefix(80)), expected: Placement.nameForm)
        }
        if let weight = change.weight, !QueueRow.weights.contains(weight) {
            throw ModelError.outOfRange(field: "weight", value: "\(weight)", allowed: "1 to 1000")
        }
        if case .some(.some(let limit)) = change.limit, !QueueRow.limits.contains(limit) {
            throw ModelError.outOfRange(field: "limit", value: "\(limit)", allowed: "1 to 100000")
        }
        let row = try await store.setQueue(id, change, by: actor, at: wallClock.now())
        dispatcher.wake()
        return row
    }

    package func explanation(of job: String) async throws -> WaitAnswer {
        let facts = try await store.waitFacts(of: try await store.summary(job).id)
        let explanation = Explanation(facts, daemon: await dispatcher.status, at: wallClock.now())
        return WaitAnswer(facts.job, explanation)
    }
}

extension WaitAnswer {
    /// - Parameter explanation: `nil` of a job that has ended.
    package init(_ job: JobSummary, _ explanation: Explanation?) {
        self.init(
            job: job.id, state: job.state, reason: explanation?.reason,
            sentence: explanation?.sentence ?? job.message ?? "It has ended.", needed: explanation?.next,
            command: explanation?.command)
    }
}
