import Model
import Testing

@Suite struct JobStateTests {
    /// Every move there is; what is not here must be refused.
    static let moves: [JobState: Set<JobState>] = [
        .pending: [.ready, .waiting, .skipped, .timedOut, .cancelled, .errored],
        .waiting: [.succeeded, .failed, .denied, .skipped, .timedOut, .cancelled, .errored],
        .ready: [.waiting, .leased, .timedOut, .cancelled, .errored],
        .leased: [.ready, .running, .stopping, .retrying, .timedOut, .cancelled, .errored],
        .running: [
            .ready, .stopping, .finalizing, .retrying, .succeeded, .failed, .timedOut, .oomKilled, .cancelled, .errored,
        ],
        .stopping: [.finalizing, .retrying, .succeeded, .failed, .timedOut, .oomKilled, .cancelled, .errored],
        .finalizing: [.retrying, .succeeded, .failed, .timedOut, .oomKilled, .cancelled, .errored],
        .retrying: [.ready, .timedOut, .cancelled, .errored],
    ]

    @Test("the moves are those of the table, and no other", arguments: JobState.allCases)
    func moves(from state: JobState) {
        let allowed = Set(JobState.allCases.filter { state.allows($0) })
        #expect(allowed == Self.moves[state] ?? [])
    }

    @Test("a terminal state is never left, and any other can be")
    func terminal() {
        for state in JobState.allCases {
            #expect(state.isTerminal == !JobState.allCases.contains { state.allows($0) })
            #expect(!state.allows(state))
        }
    }

    @Test("the stored names are frozen")
    func names() {
        let names = [
            "pending", "waiting", "ready", "leased", "running", "stopping", "finalizing", "retrying", "succeeded",
            "failed",
            "timed_out", "oom_killed", "cancelled", "skipped", "denied", "errored",
        ]
        #expect(JobState.allCases.map(\.rawValue) == names)
        let attempts = ["creating", "verified", "working", "collected", "removed", "lost"]
        #expect(AttemptState.allCases.map(\.rawValue) == attempts)
        #expect(AttemptState.allCases.filter(\.isFinal) == [.removed, .lost])
    }

    @Test("the names of errors are lower snake case, each once")
    func errorCodes() {
        for code in ErrorCode.allCases {
            #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" }, "\(code)")
        }
        #expect(Set(ErrorCode.allCases.map(\.rawValue)).count == ErrorCode.allCases.count)
    }
}
