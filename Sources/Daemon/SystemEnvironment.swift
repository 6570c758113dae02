import Foundation
import Model
import Ports

/// The machine's calendar clock.
struct SystemWallClock: WallClock {
    func now() -> WallTime { WallTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded())) }
}

/// Names from the machine's random numbers.
struct RandomIDs: IDSource {
    func makeInstallationID() -> InstallationID {
        var generator = SystemRandomNumberGenerator()
        return InstallationID(using: &generator)
    }

    func makeJobID() -> JobID {
        var generator = SystemRandomNumberGenerator()
        return JobID(using: &generator)
    }

    func makeSuffix() -> String { makeInstallationID().description }

    func makeKey() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
