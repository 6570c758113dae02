package import Model
import Ports
import Synchronization

/// Ids from a seeded generator: the same ones in every run.
package final class SeededIDs: IDSource {
    private let generator: Mutex<SeededGenerator>

    package init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    /// Ids that no other run of the tests has, for what is shared with it, such as an engine.
    package static func unlikeOthers() -> SeededIDs {
        var generator = SystemRandomNumberGenerator()
        return SeededIDs(seed: generator.next())
    }

    package func makeInstallationID() -> InstallationID { generator.withLock { InstallationID(using: &$0) } }
    package func makeJobID() -> JobID { generator.withLock { JobID(using: &$0) } }
    package func makeSuffix() -> String { makeInstallationID().description }
    package func makeKey() -> UInt64 { generator.withLock { $0.next() } }
}

/// Calendar time that stands still.
package struct FixedWallClock: WallClock {
    private let time: WallTime

    package init(milliseconds: Int64 = 1_700_000_000_000) { time = WallTime(milliseconds: milliseconds) }

    package func now() -> WallTime { time }
}

/// A calendar that goes on by a quarter of a second whenever it is looked at: waits are over after a few looks.
package final class SteppingWallClock: WallClock {
    private let time: Mutex<Int64>

    package init(milliseconds: Int64 = 1_700_000_000_000) { time = Mutex(milliseconds) }

    package func advance(by milliseconds: Int64) { time.withLock { $0 += milliseconds } }

    package func now() -> WallTime {
        WallTime(
            milliseconds: time.withLock { time in
                time += 250
                return time
            })
    }
}
