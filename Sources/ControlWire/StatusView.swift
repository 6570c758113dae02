/// What goes on: `GET /status`.
package struct StatusView: Sendable, Hashable, Codable {
    /// What the dispatcher does.
    package struct Dispatch: Sendable, Hashable, Codable {
        /// `up`, `down`, or `unknown` before the first look.
        package var engine: String
        package var engineDownSince: String?
        package var engineProblem: String?
        package var isDraining: Bool
        /// Jobs with a sandbox, and as many as may have one.
        package var running: Int
        package var slots: Int
        /// Looks at the engine, and how many of them failed.
        package var rounds: Int
        package var failedRounds: Int

        private enum CodingKeys: String, CodingKey {
            case engine
            case engineDownSince = "engine_down_since"
            case engineProblem = "engine_problem"
            case isDraining = "is_draining"
            case running, slots, rounds
            case failedRounds = "failed_rounds"
        }

        package init(engine: String, isDraining: Bool, running: Int, slots: Int, rounds: Int, failedRounds: Int) {
            (self.engine, self.isDraining, self.running, self.slots) = (engine, isDraining, running, slots)
            (self.rounds, self.failedRounds) = (rounds, failedRounds)
        }
    }

    /// None if no daemon runs: then it was read from the files.
    package var daemon: VersionView?
    package var dispatch: Dispatch?
    package var health: HealthView?
    package var queues: [QueueView]
    /// The newest jobs and graphs.
    package var recent: [JobView]
    /// Bytes that can still be written to the data folder.
    package var freeBytes: Int64?

    private enum CodingKeys: String, CodingKey {
        case daemon, dispatch, health, queues, recent
        case freeBytes = "free_bytes"
    }

    package init(queues: [QueueView], recent: [JobView], freeBytes: Int64?) {
        (self.queues, self.recent, self.freeBytes) = (queues, recent, freeBytes)
    }
}
