/// Whether a profile's jobs may run on a kernel without Landlock.
///
/// Where the kernel has it, it is in force in either case.
package enum LandlockDemand: String, Sendable, Hashable, Codable {
    /// Nothing is run without it.
    case required
    /// A job runs without it, and its attestation says so.
    case whenAvailable = "when_available"
}
