import Model
import Planner
import Ports
import Simulation
import Testing

/// The model itself, on evidence made by hand: it has nothing against a good run, and sees each thing that is wrong with a bad one.
@Suite struct ReferenceModelTests {
    private static let (parent, child) = ("aaaaaaaaaaaa", "bbbbbbbbbbbb")

    /// A graph of two jobs, the second of which needs the success of the first.
    private static func good() throws -> Evidence {
        let (root, first, second) = (try JobID("000000000000"), try JobID(parent), try JobID(child))
        let placement = Placement(concurrency: .init(key: "k", limit: 1))
        let limits = Limits(
            milliCPUs: 100, memory: .mebibytes(64), pids: 8, output: .mebibytes(1), result: .mebibytes(1),
            artifacts: .mebibytes(1), work: .mebibytes(1), tmp: .mebibytes(1), files: 128, start: .seconds(1),
            run: .seconds(1), grace: .seconds(1))
        var spec = JobSpec(imageID: "i", imageName: "i", command: ["tool", "ok:10"], profile: "shell", limits: limits)
        spec.effect = .once
        let nodes = [
            NodeSpec(name: "a", spec: 0, placement: placement),
            NodeSpec(name: "b", spec: 0, needs: [Need(node: "a")], placement: placement),
        ]
        var evidence = Evidence()
        evidence.roots = [.init(submission: Submission(nodes: nodes, specs: [spec], isGraph: true), receipts: [root])]
        evidence.storedRoots = [root]
        let rows: [(JobID, String?, JobKind)] = [(root, nil, .graph), (first, "a", .job), (second, "b", .job)]
        evidence.jobs[root] = rows.map { id, name, kind in
            var row = JobSummary(id: id, root: root, state: .succeeded, createdAt: WallTime(milliseconds: 0))
            (row.name, row.kind, row.placement, row.parent) = (name, kind, placement, id == root ? nil : root)
            return row
        }
        let events: [(JobID, JobState, Int?)] = [
            (root, .waiting, nil), (first, .ready, nil), (first, .leased, 1), (first, .running, 1),
            (first, .succeeded, 1),
            (second, .ready, nil), (second, .leased, 1), (second, .running, 1), (second, .succeeded, 1),
            (root, .succeeded, nil),
        ]
        evidence.events[root] = events.enumerated().map { index, event in
            EventRecord(
                ordinal: Int64(index + 1), sequence: index + 1, job: event.0, at: WallTime(milliseconds: 0),
                name: event.1.rawValue, attempt: event.2, state: event.1)
        }
        evidence.ledger.runs = [(first, 0), (second, 20)].map { job, start in
            SideEffectLedger.Run(
                attempt: AttemptID(job: job, number: 1), start: .milliseconds(start), end: .milliseconds(start + 10),
                record: .succeeded)
        }
        evidence.slots = 1
        evidence.queues = [QueueRow(QueueID(), limit: 1)]
        return evidence
    }

    @Test("a good run has nothing against it")
    func nothing() throws {
        let violations = ReferenceModel.violations(of: try Self.good())
        #expect(violations.isEmpty, "\(violations)")
    }

    /// One thing that goes wrong, and the rule that says so.
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: String
        let harm: @Sendable (inout Evidence, _ root: JobID, _ first: JobID, _ second: JobID) -> Void
        var testDescription: String { rule }
    }

    private static func set(_ job: JobID, _ state: JobState, in evidence: inout Evidence, root: JobID) {
        guard let index = evidence.jobs[root]?.firstIndex(where: { $0.id == job }) else { return }
        evidence.jobs[root]?[index].state = state
    }

    static let cases: [Case] = [
        Case(rule: "I1 one end") { evidence, root, first, _ in
            evidence.events[root]?.append(
                EventRecord(
                    ordinal: 11, sequence: 11, job: first, at: WallTime(milliseconds: 0), name: "x", attempt: nil,
                    state: .failed))
        },
        Case(rule: "I2 nothing is lost") { evidence, root, _, _ in evidence.jobs[root]?.removeLast() },
        Case(rule: "I3 one run at a time") { evidence, _, first, _ in
            evidence.ledger.runs[0].end = .milliseconds(15)
            evidence.ledger.runs.insert(
                SideEffectLedger.Run(
                    attempt: AttemptID(job: first, number: 2), start: .milliseconds(12), end: .milliseconds(13),
                    record: .succeeded), at: 1)
        },
        Case(rule: "I3 one start an attempt") { evidence, _, _, _ in
            evidence.ledger.runs.append(evidence.ledger.runs[0])
        },
        Case(rule: "I4 no container is left") { evidence, _, _, _ in evidence.containersLeft = ["c"] },
        Case(rule: "I5 an end stays") { evidence, _, first, _ in evidence.seen[first] = .failed },
        Case(rule: "I6 no gaps") { evidence, root, _, _ in evidence.events[root]?.remove(at: 3) },
        Case(rule: "I6 allowed ways") { evidence, root, _, _ in evidence.events[root]?.remove(at: 2) },
        Case(rule: "I7 needs first") { evidence, _, _, _ in
            evidence.ledger.runs[0].end = .milliseconds(25)
        },
        Case(rule: "I7 needs first") { evidence, root, first, _ in set(first, .failed, in: &evidence, root: root) },
        Case(rule: "settlement") { evidence, root, _, second in set(second, .skipped, in: &evidence, root: root) },
        Case(rule: "I8 once") { evidence, _, first, _ in
            evidence.ledger.runs.append(
                SideEffectLedger.Run(
                    attempt: AttemptID(job: first, number: 2), start: .seconds(1), end: .seconds(2), record: .succeeded)
            )
        },
        Case(rule: "I9 one key, one id") { evidence, root, first, _ in evidence.roots[0].receipts.append(first) },
        Case(rule: "I9 one submission, one root") { evidence, _, first, _ in evidence.storedRoots.insert(first) },
        Case(rule: "I14 everything comes to an end") { evidence, root, _, second in
            set(second, .running, in: &evidence, root: root)
        },
        Case(rule: "intent before effect") { evidence, _, first, _ in
            evidence.ledger.runs[0] = SideEffectLedger.Run(
                attempt: AttemptID(job: first, number: 2), start: .zero, end: .milliseconds(1), record: .succeeded)
        },
        Case(rule: "a result is never invented") { evidence, _, _, _ in evidence.ledger.runs[1].record = nil },
        Case(rule: "a group ends last") { evidence, root, _, second in
            evidence.events[root]?.append(
                EventRecord(
                    ordinal: 12, sequence: 11, job: second, at: WallTime(milliseconds: 0), name: "x", attempt: nil,
                    state: .succeeded))
        },
        Case(rule: "limits") { evidence, _, _, _ in evidence.slots = 0 },
        Case(rule: "a dead daemon") { evidence, _, _, _ in evidence.faults = ["a dead daemon: x"] },
    ]

    @Test("each thing that goes wrong is said by its rule", arguments: cases)
    func seen(_ testCase: Case) throws {
        var evidence = try Self.good()
        testCase.harm(&evidence, try JobID("000000000000"), try JobID(Self.parent), try JobID(Self.child))
        let rules = ReferenceModel.violations(of: evidence).map { String($0.prefix { $0 != ":" }) }
        #expect(rules.contains(testCase.rule), "\(rules)")
    }
}
