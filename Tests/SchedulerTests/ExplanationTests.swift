import Model
import Planner
import Ports
import Scheduler
import TestSupport
import Testing

@Suite struct ExplanationTests {
    /// One job and its daemon, and what is to be said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let reason: WaitReason
        let sentence: String
        let next: String
        var command: String?
        var state = JobState.ready
        var facts: @Sendable (inout WaitFacts) -> Void = { _ in }
        var daemon: @Sendable (inout DispatcherStatus) -> Void = { _ in }
        var hasDaemon = true
        var planned: WaitReason?

        var testDescription: String { "\(reason.rawValue), \(state.rawValue)" }
    }

    private static func id(_ text: String) throws -> JobID { try JobID(text) }
    /// What the first attempt of a job has left.
    private static func left(of job: String, key: String? = nil) -> LiveRow? {
        guard let job = try? id(job) else { return nil }  // ignored: the test fails without it
        return LiveRow(
            job: job, queue: QueueID(), key: key, milliCPUs: 1000, memory: .mebibytes(64), isStarting: false,
            leftBy: AttemptID(job: job, number: 1))
    }
    private static let now = WallTime(milliseconds: 1_700_000_000_000)
    private static let flag = JobSummary.Flag(actor: "ada", reason: "lunch", at: now)
    private static let anEnd = "One of those that run has to end."

    static let cases: [Case] = [
        Case(
            reason: .needs,
            sentence: "It waits for 5 other jobs: first (running), second (ready, to fail), "
                + "third (pending, and then result.ok), 2 more.",
            next: "Those jobs have to end.", command: "caisson explain aaaaaaaaaaaa", state: .pending,
            facts: { facts in
                facts.job.openNeeds = 5
                let needs: [(String, JobState, Need.Outcome)] = [
                    ("first", .running, .ok), ("second", .ready, .fail), ("third", .pending, .when("result.ok")),
                    ("fourth", .ready, .any),
                ]
                for (name, state, outcome) in needs {
                    guard let parent = try? id("aaaaaaaaaaaa") else { return }  // ignored: the test fails without it
                    facts.openNeeds.append(
                        NeedRecord(
                            child: facts.job.id, parent: parent, parentName: name, parentState: state, on: outcome,
                            isMet: nil))
                }
            }),
        Case(
            reason: .time, sentence: "It is not to begin before 2023-11-14T22:13:30.000Z, in 10.0 s.",
            next: "That time has to come.", state: .pending,
            facts: { $0.job.notBefore = WallTime(milliseconds: now.milliseconds + 10_000) }),
        Case(
            reason: .backOff,
            sentence: "Attempt 2 came to nothing; the next one begins in 1.5 s, at 2023-11-14T22:13:21.500Z.",
            next: "The wait has to be over.", command: "caisson attempts 000000000001", state: .retrying,
            facts: { facts in
                facts.job.attempts = 2
                facts.job.notBefore = WallTime(milliseconds: now.milliseconds + 1500)
            }),
        Case(
            reason: .hold, sentence: "ada holds it back since 2023-11-14T22:13:20.000Z (lunch).",
            next: "Somebody has to release it.", command: "caisson release 000000000001",
            facts: { $0.job.hold = flag }, hasDaemon: false),
        Case(
            reason: .approval, sentence: "Somebody has to decide: \"Ship it?\".", next: "Approve it, or reject it.",
            command: "caisson approve 000000000001", state: .waiting,
            facts: { facts in
                facts.job.kind = .approval
                facts.job.question = "Ship it?"
            }),
        Case(
            reason: .children, sentence: "1 job under it has not ended.", next: "All of them have to end.",
            command: "caisson tree 000000000001", state: .waiting,
            facts: { facts in
                facts.job.kind = .graph
                facts.job.openNeeds = 1
            }),
        Case(
            reason: .expansion, sentence: "The list that it fans out over is being read.",
            next: "It becomes a job for each member.", facts: { $0.job.kind = .map }),
        Case(
            reason: .queuePaused, sentence: "Its queue default is paused.", next: "Somebody has to resume it.",
            command: "caisson queue resume default", facts: { $0.queue.isPaused = true }),
        Case(
            reason: .queueLimit, sentence: "2 of 2 jobs that its queue lab/night may run at once run.",
            next: "One of them has to end, or the limit has to be raised.",
            command: "caisson queue set lab/night --limit 3",
            facts: { facts in
                facts.queue = QueueRow(QueueID(project: "lab", queue: "night"), limit: 2)
                facts.liveInQueue = 2
            }),
        Case(
            reason: .keyLimit, sentence: "3 of 3 jobs with the key gpu run.", next: "It waits for one of them to end.",
            command: "caisson list --state running",
            facts: { facts in
                facts.job.placement.concurrency = .init(key: "gpu", limit: 3)
                facts.liveWithKey = 3
            }),
        Case(
            reason: .keyLimit, sentence: "1 job with the key gpu runs, and one of them allows no more.",
            next: "It waits for one of them to end.", command: "caisson list --state running",
            facts: { facts in
                facts.job.placement.concurrency = .init(key: "gpu", limit: 3)
                facts.liveWithKey = 1
            }, planned: .keyLimit),
        Case(
            reason: .slots, sentence: "No slot of 4 is free.", next: anEnd, command: "caisson status",
            planned: .slots),
        Case(
            reason: .cpu, sentence: "Too little is left of the 2.5 cores that may be promised: 3 run.", next: anEnd,
            command: "caisson status", facts: { $0.live = 3 }, planned: .cpu),
        Case(
            reason: .memory, sentence: "Too little is left of the 1GiB of memory that may be promised: 3 run.",
            next: anEnd,
            command: "caisson status", facts: { $0.live = 3 }, planned: .memory),
        Case(
            reason: .slots, sentence: "No slot of 4 is free (1 has ended, and its sandbox is not removed yet).",
            next: anEnd, command: "caisson status", daemon: { $0.left = [left(of: "aaaaaaaaaaaa")].compactMap(\.self) },
            planned: .slots),
        Case(
            reason: .keyLimit,
            sentence: "3 of 3 jobs with the key gpu run (2 have ended, and their sandboxes are not removed yet).",
            next: "It waits for one of them to end.", command: "caisson list --state running",
            facts: { facts in
                facts.job.placement.concurrency = .init(key: "gpu", limit: 3)
                facts.liveWithKey = 1
            },
            daemon: {
                $0.left = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"].compactMap {
                    left(of: $0, key: $0 < "c" ? "gpu" : nil)
                }
            }),
        Case(
            reason: .backOff, sentence: "Attempt 1 has ended, and its sandbox is not removed yet.",
            next: "It has to be removed; that is tried again and again.", command: "caisson doctor",
            daemon: { $0.left = [left(of: "000000000001")].compactMap(\.self) }),
        Case(
            reason: .backOff, sentence: "When its turn came it could not be begun; the daemon's log says why.",
            next: "It is tried again within 30 s.", command: "caisson status", planned: .backOff),
        Case(
            reason: .starts, sentence: "As many sandboxes are being made as may be at once: 8.",
            next: "One of them has to be ready.", planned: .starts),
        Case(
            reason: .turn, sentence: "7 jobs of its queue come before it, or a job that others went past for too long.",
            next: "Its turn has to come.", command: "caisson queue top", facts: { $0.before = 7 }),
        Case(
            reason: .turn,
            sentence: "The turns of other queues come first, or a job that others went past for too long.",
            next: "Its turn has to come.", command: "caisson queue top", planned: .turn),
        Case(
            reason: .draining, sentence: "The daemon is ending and begins nothing new.",
            next: "The next daemon goes on with it.", command: "caisson serve", daemon: { $0.isDraining = true }),
        Case(
            reason: .engineDown,
            sentence: "The engine cannot be used since 2023-11-14T22:13:20.000Z: Nobody answers at /run/docker.sock.",
            next: "It has to answer again; that is tried again and again.", command: "caisson doctor",
            daemon: {
                $0.engine = .down(
                    since: now, code: .engineUnreachable, message: "Nobody answers at /run/docker.sock.")
            }),
        Case(
            reason: .noDaemon, sentence: "There is no daemon on this data folder that could begin it.",
            next: "Start one.", command: "caisson serve", hasDaemon: false),
        Case(
            reason: .live, sentence: "Its sandbox is being made, for attempt 1.", next: "Its tool starts then.",
            command: "caisson attempts 000000000001", state: .leased, facts: { $0.job.attempts = 1 }),
        Case(
            reason: .live, sentence: "Its tool is at work, in attempt 1, for 2.0 s.",
            next: "It ends with its tool, or by one of its clocks.", command: "caisson logs -f 000000000001",
            state: .running,
            facts: { facts in
                facts.job.attempts = 1
                facts.job.startedAt = WallTime(milliseconds: now.milliseconds - 2000)
            }),
        Case(
            reason: .live, sentence: "Its tool is being ended, as ada asked (lunch).",
            next: "It ends once the tool has, by force when its grace is over.", command: "caisson cancel 000000000001",
            state: .stopping, facts: { $0.job.cancelRequest = flag }),
        Case(
            reason: .live, sentence: "Its tool has ended, and what it left is being saved.", next: "It ends then.",
            state: .finalizing),
        Case(
            reason: .live, sentence: "It is running, but no daemon follows it: its sandbox works on by itself.",
            next: "The next daemon goes on with it.", command: "caisson serve", state: .running, hasDaemon: false),
    ]

    @Test("a job says why it waits, what has to happen, and what to type", arguments: cases)
    func words(_ testCase: Case) throws {
        let job = JobSummary(id: try JobID("000000000001"), state: testCase.state, createdAt: Self.now)
        var facts = WaitFacts(job: job, queue: QueueRow(QueueID()))
        testCase.facts(&facts)
        var daemon = DispatcherStatus(capacity: PlanCapacity(slots: 4, milliCPUs: 2500, memory: .gibibytes(1)))
        daemon.engine = .up
        daemon.waits[job.id] = testCase.planned
        testCase.daemon(&daemon)
        let found = try #require(
            Explanation(facts, daemon: testCase.hasDaemon ? daemon : nil, at: Self.now))
        #expect(found.reason == testCase.reason)
        #expect(found.sentence == testCase.sentence)
        #expect(found.next == testCase.next)
        #expect(found.command == testCase.command)
    }

    @Test("every reason has its case")
    func allReasons() {
        let reasons = Set(Self.cases.map(\.reason))
        #expect(reasons == Set(WaitReason.allCases))
    }

    @Test("a job that has ended does not wait", arguments: JobState.allCases.filter(\.isTerminal))
    func ended(state: JobState) throws {
        let job = JobSummary(id: try JobID("000000000001"), state: state, createdAt: Self.now)
        let found = Explanation(WaitFacts(job: job, queue: QueueRow(QueueID())), daemon: nil, at: Self.now)
        #expect(found == nil)
    }
}
