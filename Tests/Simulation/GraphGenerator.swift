import Hardening
import Model
import Planner
import Scheduler
import TestSupport

/// Makes submissions of all kinds from a seed: edges, conditions, approvals, fan-outs, keys, retries and effects.
struct GraphGenerator {
    var generator: SeededGenerator
    /// Nodes of the largest graph.
    let mostNodes: Int
    private var count = 0

    init(seed: UInt64, mostNodes: Int) { (generator, self.mostNodes) = (SeededGenerator(seed: seed), mostNodes) }

    static let keys = ["gpu": 1, "disk": 2]
    static let queues = ["default", "night"]
    static let projects = ["default", "lab"]

    /// The conditions that are used, with what they mean by a parent's end alone.
    static let conditions: [String: @Sendable (_ state: JobState, _ members: Int?) -> Bool] = [
        "exit_code == 0": { state, _ in state == .succeeded },
        "state == 'failed'": { state, _ in state == .failed },
        "result is not None and len(result) >= 2": { _, members in (members ?? 0) >= 2 },
    ]

    /// Jobs that have work done by jobs of their own and lend their places: the only ones in their queue, more than there are slots.
    mutating func parents() -> [Submission] {
        (0..<5).map { index in
            var spec = spec()
            spec.command = ["tool", "parent:0"]
            (spec.effect, spec.retry) = (.pure, .none)
            spec.limits.run = .seconds(86_000)
            spec.limits.memory = .mebibytes(64)
            var submission = Submission(spec)
            submission.idempotencyKey = "parent\(index)"
            return submission
        }
    }

    func child(of attempt: AttemptID) -> Submission {
        var limits = SimulatedDaemon.profile.profile.limits
        (limits.memory, limits.work, limits.tmp) = (.mebibytes(64), .mebibytes(8), .mebibytes(8))
        var submission = Submission(
            JobSpec(imageID: "", imageName: "shell", command: ["tool", "ok:100"], profile: "shell", limits: limits))
        submission.idempotencyKey = "child of \(attempt)"
        return submission
    }

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    private mutating func isOne(in count: Int) -> Bool { pick(1...count) == 1 }
    private mutating func one<Value>(of values: [Value]) -> Value { values[pick(0...(values.count - 1))] }

    mutating func next() -> Submission {
        count += 1
        let placement = Placement(project: one(of: Self.projects), queue: one(of: Self.queues))
        if isOne(in: 3) {
            var submission = Submission(spec(), placement: place(placement))
            submission.idempotencyKey = "key\(count)"
            return submission
        }
        var submission = Submission(
            name: "graph\(count)", nodes: [], specs: [], isGraph: true, idempotencyKey: "key\(count)",
            isHeld: isOne(in: 8), placement: placement)
        for index in 0..<pick(2...mostNodes) { addNode(index, to: &submission) }
        return submission
    }

    private mutating func place(_ base: Placement) -> Placement {
        var placement = base
        placement.priority = pick(-2...2)
        if isOne(in: 4), let key = Self.keys.keys.sorted().randomElement(using: &generator), let limit = Self.keys[key]
        {
            placement.concurrency = .init(key: key, limit: limit)
        }
        return placement
    }

    private mutating func addNode(_ index: Int, to submission: inout Submission) {
        var node = NodeSpec(name: "n\(index)", placement: place(submission.placement))
        for parent in submission.nodes where isOne(in: 3) && node.needs.count < 4 {
            node.needs.append(Need(node: parent.name, on: outcome(of: parent)))
        }
        let lists = node.needs.filter { need in need.on == .ok && hasList(need.node, in: submission) }
        if isOne(in: 10) {
            (node.kind, node.question) = (.approval, "Go on?")
        } else if let list = lists.first, isOne(in: 2) {
            (node.kind, node.each) = (.map, NodeSpec.FanOut(node: list.node, limit: 10))
            submission.specs.append(spec())
            node.spec = submission.specs.count - 1
        } else {
            submission.specs.append(spec())
            node.spec = submission.specs.count - 1
        }
        submission.nodes.append(node)
    }

    private func hasList(_ name: String, in submission: Submission) -> Bool {
        guard let node = submission.nodes.first(where: { $0.name == name }), node.kind == .job, let index = node.spec
        else {
            return false
        }
        return ToolScript(command: submission.specs[index].command)?.acts.contains { $0.result != nil } ?? false
    }

    private mutating func outcome(of parent: NodeSpec) -> Need.Outcome {
        switch pick(1...10) {
        case 1...5: .ok
        case 6: .fail
        case 7: .any
        case 8: .skipped
        default: parent.kind == .job ? .when(one(of: Self.conditions.keys.sorted())) : .any
        }
    }

    private mutating func spec() -> JobSpec {
        var words: [String] = []
        for _ in 0..<pick(1...2) {
            let duration = pick(1...20) * pick(1...200)
            switch pick(1...20) {
            case 1...3: words.append("fail:\(duration)")
            case 4: words.append("signal:\(duration)")
            case 5: words.append("oom:\(duration)")
            case 6: words.append("lost:\(duration)")
            case 7: words.append("hang:0")
            case 8...12:
                words.append("ok:\(duration):[\((0..<pick(0...3)).map(String.init).joined(separator: ","))]")
            default: words.append("ok:\(duration)")
            }
        }
        var limits = SimulatedDaemon.profile.profile.limits
        limits.memory = .mebibytes(Int64(one(of: [64, 128, 256])))
        limits.work = .mebibytes(8)
        limits.tmp = .mebibytes(8)
        limits.milliCPUs = one(of: [250, 1000])
        limits.run = .seconds(10)
        limits.grace = .seconds(one(of: [0, 3]))
        limits.queue = .seconds(86_400)
        limits.total = .seconds(86_400)
        var spec = JobSpec(
            imageID: "", imageName: "shell", command: ["tool"] + words, profile: "shell", limits: limits)
        spec.effect = one(of: [.pure, .pure, .idempotent, .once])
        if spec.effect != .once, isOne(in: 2) {
            spec.retry = RetryPolicy(attempts: pick(2...3), base: .milliseconds(500), cap: .seconds(5))
        }
        return spec
    }
}
