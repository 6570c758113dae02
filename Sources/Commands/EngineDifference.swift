import Foundation

/// The engine that we are told of and the one that the daemon has: jobs run in the daemon's.
enum EngineDifference {
    /// Whether somebody has named an engine to us.
    static var isNamed: Bool { ProcessInfo.processInfo.environment["DOCKER_HOST"]?.isEmpty == false }

    /// What to say of it, if they differ.
    ///
    /// - Parameter theirs: `nil` if the daemon does not tell.
    static func line(theirs: String?, ours: String) -> String? {
        guard let theirs, theirs != ours else { return nil }
        return TextTable.oneLine(
            "caisson: warning: the daemon that runs here has the engine \(theirs), not \(ours) of DOCKER_HOST; the daemon's counts",
            width: TextTable.sentence)
    }
}
