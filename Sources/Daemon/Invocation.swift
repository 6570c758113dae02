package import Model

/// This run of the program.
package enum Invocation {
    /// Eight random characters, in the log and beside errors: they tell which lines belong together.
    package static let id = RandomIDs().makeSuffix()
    /// The time now, for what is told to people.
    package static var now: WallTime { SystemWallClock().now() }
    /// Waits between two looks at something.
    package static func pause(_ duration: Duration) async throws { try await ContinuousClock().sleep(for: duration) }
}
