package import Model

/// The names of containers, derived from what they are for: a create that is repeated meets its own container.
package enum SandboxName {
    /// As in `caisson-0123abcd-k3v9x2m7q4ta-1`.
    package static func container(_ installation: InstallationID, _ attempt: AttemptID) -> String {
        "caisson-\(installation)-\(attempt.job)-\(attempt.number)"
    }
}
