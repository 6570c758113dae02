import Hardening
import Scheduler
import Synchronization

/// The built-in profiles, each prepared once; those of a folder are read anew each time, for they may have changed.
final class ProfileCache: Sendable {
    private let prepared = Mutex<[String: PreparedProfile]>([:])

    func profile(named name: String, in folder: String?) throws -> PreparedProfile {
        if let folder { return try Instance.profile(named: name, of: try ProfileFolder.read(folder)) }
        if let known = prepared.withLock({ $0[name] }) { return known }
        let new = try Instance.profile(named: name)
        prepared.withLock { $0[name] = new }
        return new
    }
}
