/// Where one try of a job is, as far as the store has to know to recover from a crash at any moment.
package enum AttemptState: String, Sendable, Hashable, Codable, CaseIterable {
    /// The intent is committed; a container may exist under the attempt's name.
    case creating
    /// The container exists and its read-back equals the plan; nothing has run.
    case verified
    /// The cell's attestation was accepted; the tool may have started.
    case working
    /// The outcome is committed; the container may still exist.
    case collected
    /// The container is gone, and the outcome is kept: final.
    case removed
    /// The container is gone or was given up, without a record: final.
    case lost

    package var isFinal: Bool { self == .removed || self == .lost }

    /// Whether an attempt in this state may move to `next`.
    package func allows(_ next: AttemptState) -> Bool {
        switch (self, next) {
        case (.creating, .verified), (.verified, .working), (.collected, .removed): true
        case (.creating, .collected), (.verified, .collected), (.working, .collected): true
        case (.creating, .lost), (.verified, .lost), (.working, .lost): true
        default: false
        }
    }
}
