import Daemon
import Hardening
import Model

/// A profile as `-o json` shows it: sizes in bytes, durations in milliseconds.
struct ProfileView: Encodable {
    struct CallView: Encodable {
        let number: Int
        let name: String
        let isConditional: Bool
    }

    struct ListView: Encodable {
        let calls: Int
        let instructions: Int
    }

    let name: String
    let description: String
    let digest: String
    /// The folder that it is from; missing for a built-in one.
    let folder: String?
    let limits: Limits
    let landlock: LandlockDemand
    let reachableCount: Int
    let foreignCount: Int
    let outer: ListView
    let inner: ListView
    let reachable: [CallView]?
    let maskedPaths: [String]?
    let readOnlyPaths: [String]?
    /// Whether programs in `/work` may be executed.
    let executableWork: Bool

    /// - Parameter isWhole: whether the calls and the paths are shown, too.
    init(_ report: ProfileReport, in set: ProfileSet, isWhole: Bool = false) {
        let profile = report.profile
        (name, description, digest, folder) = (profile.name, profile.description, report.digest, set.folder)
        (limits, executableWork, landlock) = (profile.limits, profile.executableWork, profile.landlock)
        (reachableCount, foreignCount) = (report.reachable.count, report.foreign)
        outer = ListView(calls: report.outer.calls, instructions: report.outer.instructions)
        inner = ListView(calls: report.inner.calls, instructions: report.inner.instructions)
        let calls = report.reachable.map {
            CallView(number: $0.number, name: $0.name, isConditional: $0.isConditional)
        }
        reachable = isWhole ? calls : nil
        maskedPaths = isWhole ? profile.maskedPaths : nil
        readOnlyPaths = isWhole ? profile.readOnlyPaths : nil
    }
}
