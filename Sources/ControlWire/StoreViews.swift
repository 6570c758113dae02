/// Whether the database is sound: `GET /db/check`, and `caisson db check -o json`.
package struct StoreCheckView: Sendable, Hashable, Codable {
    package var isSound: Bool
    /// What is wrong, in sentences.
    package var faults: [String]

    private enum CodingKeys: String, CodingKey {
        case isSound = "is_sound"
        case faults
    }

    package init(faults: [String]) { (isSound, self.faults) = (faults.isEmpty, faults) }
}

/// `POST /daemon/stop`.
package struct StopAsk: Sendable, Hashable, Codable {
    /// `leave`, `finish` or `cancel`; none: as the daemon is set.
    package var drain: String?

    private enum CodingKeys: String, CodingKey { case drain }

    package init(drain: String? = nil) { self.drain = drain }
}

/// A daemon that is ending.
package struct StopView: Sendable, Hashable, Codable {
    package var pid: Int
    /// What becomes of running jobs: the first to ask has said so.
    package var drain: String

    private enum CodingKeys: String, CodingKey { case pid, drain }

    package init(pid: Int, drain: String) { (self.pid, self.drain) = (pid, drain) }
}
