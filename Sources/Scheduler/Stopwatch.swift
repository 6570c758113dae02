import Ports

/// Times the phases of an attempt, one after the other.
struct Stopwatch {
    private let elapsed: () -> Duration
    private var last = Duration.zero
    private(set) var phases: [AttemptRecord.Phase] = []

    init(_ clock: any Clock<Duration>) { elapsed = Self.start(clock) }

    /// Opens the existential, whose instants would else have no type to be subtracted in.
    private static func start(_ clock: some Clock<Duration>) -> () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Ends the current phase under `name`; the next one begins.
    mutating func lap(_ name: String) {
        let now = elapsed()
        let (seconds, attoseconds) = (now - last).components
        phases.append(.init(name: name, microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
        last = now
    }
}
