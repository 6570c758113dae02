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
    /// A number that nobody can guess: the key of a sandbox's frames.
    func makeKey() -> UInt64
}
