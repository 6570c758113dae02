package import Hardening

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
