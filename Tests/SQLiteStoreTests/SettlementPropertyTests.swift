import Model
import Ports
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct SettlementPropertyTests {
    private static let outcomes: [Need.Outcome] = [
        .ok, .ok, .ok, .any, .fail, .skipped, .when("failed"), .when("succeeded"), .when("timed_out"),
    ]

    @Test("random graphs with random ends settle as they do on paper", arguments: 0..<60 as Range<UInt64>)
    func settlesAsOnPaper(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...14, using: &random)
        var specs: [NodeSpec] = []
        for index in 0..<count {
            var node = NodeSpec(name: "n\(index)", spec: 0)
            for earlier in 0..<index where Int.random(in: 0..<3, using: &random) == 0 {
                let outcome = Self.outcomes.randomElement(using: &random) ?? .ok
                node.needs.append(Need(node: "n\(earlier)", on: outcome))
            }
            specs.append(node)
        }
        let nodes = specs
        var model = SettlementModel(nodes)
        let conditions = EdgeCondition { source, names in source == names.state.rawValue }
        let store = TemporaryStore(conditions: conditions)
        let ids = SeededIDs(seed: seed)
        let made = (0...count).map { _ in ids.makeJobID() }
        var now: Int64 = 1000
        let submission = Submission(nodes: nodes, specs: [Samples.plainSpec()], isGraph: true)
        _ = try await store.submit(
            Acceptance(submission, ids: made, at: WallTime(milliseconds: now), actor: ""), inputs: [])

        func compare(_ step: String, isCancelled: Bool = false) async throws {
            let tree = try await store.tree(made[0], limit: 99)
            let states = Dictionary(uniqueKeysWithValues: tree.dropFirst().map { ($0.name ?? "", $0.state) })
            let (wanted, root) = (model.states, model.root(isCancelled: isCancelled))
            #expect(states == wanted, "seed \(seed), \(step)")
            #expect(tree[0].state == root ?? .waiting, "seed \(seed), \(step)")
        }

        try await compare("at first")
        let cancelAfter = Int.random(in: 0..<40, using: &random)
        var steps = 0
        while let name = model.ready.randomElement(using: &random) {
            now += 1000
            if steps == cancelAfter {
                model.cancelAll()
                _ = try await store.cancel(made[0], CancelOrder(actor: "a", at: WallTime(milliseconds: now)))
                try await compare("cancelled", isCancelled: true)
                break
            }
            steps += 1
            let index = try #require(nodes.firstIndex { $0.name == name })
            let ends: [JobState] = [.succeeded, .succeeded, .failed, .timedOut, .oomKilled, .errored]
            let state = ends.randomElement(using: &random) ?? .failed
            let intent = Samples.intent(made[index + 1], at: now)
            try await store.lease(intent)
            try await store.markVerified(
                intent.attempt, containerID: "\(intent.attempt)", posture: .null, at: intent.at)
            try await store.markWorking(intent.attempt, attestation: Samples.attestation, at: intent.at)
            try await store.finish(
                AttemptOutcome(
                    attempt: intent.attempt, jobState: state, attemptState: .collected, reason: "r", message: "m",
                    at: intent.at))
            model.end(name, state)
            try await compare("\(name) ended as \(state)")
        }
        let faults = try await store.real.check()
        #expect(faults.isEmpty, "seed \(seed)")
    }
}
