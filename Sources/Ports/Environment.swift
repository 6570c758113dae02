package import Model

/// Calendar time, for records that people read; waiting takes a `Clock<Duration>` instead.
package protocol WallClock: Sendable {
    func now() -> WallTime
}

/// Where new names come from.
package protocol IDSource: Sendable {
    func makeInstallationID() -> InstallationID
    func makeJobID() -> JobID
    /// Eight characters for names that must not be guessed or met twice.
    func makeSuffix() -> String
}
