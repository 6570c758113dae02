package import Hardening
import Model

/// A profile, ready for use: its digest for the record, its inner filter compiled for this machine.
package struct PreparedProfile: Sendable {
    package let profile: Profile
    /// `sha256:…` over its files.
    package let digest: String
    /// Classic BPF, for the cell to load.
    package let filter: [UInt8]

    package init(profile: Profile, digest: String, filter: [UInt8]) {
        (self.profile, self.digest, self.filter) = (profile, digest, filter)
    }
}

/// Looks a profile up as it is now.
///
/// - Throws: an error of ``UserFacingError`` if there is no such profile, or it cannot be used.
package typealias ProfileSource = @Sendable (_ name: String, _ folder: String?) throws -> PreparedProfile

extension JobSpec {
    /// The profile that the job is to be run under, as it is now.
    func preparedProfile(_ source: ProfileSource) throws -> PreparedProfile { try source(profile, profilesFolder) }
}
