import Model
import Testing

/// Something harmful that a job does, and how that has to end.
struct Bomb: Sendable, CustomTestStringConvertible {
    /// The file of `Tests/Corpus/bombs` that it is in, and its arguments.
    let program: String
    let arguments: [String]
    let end: End
    /// Its run clock.
    var runMilliseconds: Int
    /// Limits beside `run`, `grace` and `output`.
    let limits: [String: String]
    let artifacts: [String]

    /// How a job has to end.
    struct End: Sendable {
        let state: JobState
        let reason: String
        /// The limits that it must have hit, and no other.
        let limitsHit: [String]
        /// Whether only KILL ends it.
        var isDeaf = false

        /// Goes on until its clock ends it.
        static func clock(_ hit: String..., deaf: Bool = false) -> End {
            End(state: .timedOut, reason: "run_clock", limitsHit: hit, isDeaf: deaf)
        }
        /// Finds that it can do no more, and says so by its exit status, 7.
        static func failed(_ hit: String...) -> End { End(state: .failed, reason: "exit_status", limitsHit: hit) }
        static func succeeded(_ hit: String...) -> End { End(state: .succeeded, reason: "exit_status", limitsHit: hit) }
        static let outOfMemory = End(state: .oomKilled, reason: "memory_limit", limitsHit: ["memory"])
    }

    init(
        _ program: String, _ arguments: [String], end: End, run: Int? = nil, limits: [String: String] = [:],
        artifacts: [String] = []
    ) {
        (self.program, self.arguments, self.end) = (program, arguments, end)
        (self.limits, self.artifacts) = (limits, artifacts)
        // What ends by itself waits for its neighbour to end, however long that takes.
        runMilliseconds = run ?? (end.state == .timedOut ? 1500 : 60_000)
    }

    init(
        _ program: String, _ argument: String, end: End, run: Int? = nil, limits: [String: String] = [:],
        artifacts: [String] = []
    ) {
        self.init(program, [argument], end: end, run: run, limits: limits, artifacts: artifacts)
    }

    var image: String { program.hasSuffix(".sh") ? "shell" : "python" }
    var interpreter: String { image == "shell" ? "sh" : "python3" }
    var testDescription: String { ([program] + arguments).joined(separator: " ") }

    /// From TERM to KILL.
    let graceMilliseconds = 500
}
