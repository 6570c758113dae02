/// What another run of a job would mean for the world outside of its sandbox.
package enum Effect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing: it may be run again freely.
    case pure
    /// The same as one run: it may be run again.
    case idempotent
    /// Something else: once its tool may have been started, only a person may have it run again.
    case once

    /// Whether a tool that may have been started may be started again by us.
    package var allowsAnotherRun: Bool { self != .once }
}
