// SelfTest: what is tried in a sandbox, and what must be seen there under a given profile. It plans and judges; it must not run
// anything itself: `Daemon` runs the plans as jobs, and the program `caisson-probe` in them carries them out and judges nothing.
package import Hardening
import Model

/// All probes of one profile, planned and judged.
package struct SelfTest: Sendable {
    package let profile: Profile
    /// In the order in which they are shown.
    package let probes: [Probe]
    package let filters: ProfileFilters
    /// What is to be run, each in a sandbox of its own.
    ///
    /// One for everything; and where a process cannot have others, one more for each probe that ends its process.
    package let runs: [ProbeRun]

    /// The cell, the program, its child for one probe, and what that makes.
    private static let processes = 4

    /// - Parameter hostAddresses: those of the machine that the sandbox must not reach, as text.
    /// - Throws: ``HardeningError`` for lists that cannot be compiled or followed.
    package init(_ profile: Profile, hostAddresses: [String]) throws(HardeningError) {
        (self.profile, filters) = (profile, try ProfileFilters(profile))
        let mayFork = filters.allowsFork && profile.limits.pids >= Self.processes
        let catalogue = Catalogue(hostAddresses: hostAddresses, profile: profile).probes
        probes = catalogue + (try ReachProbes(filters: filters).probes)
        var (shared, alone): ([Probe.Line], [Probe.Line]) = ([], [])
        for line in probes.flatMap(\.lines) {
            if !mayFork && filters.endsProcess(line) { alone.append(line) } else { shared.append(line) }
        }
        runs = [ProbeRun(lines: shared)] + alone.map { ProbeRun(lines: [$0]) }
    }
}

/// The probes that share a sandbox.
package struct ProbeRun: Sendable {
    package let lines: [Probe.Line]

    package init(lines: [Probe.Line]) { self.lines = lines }

    /// For `caisson-probe plan`.
    package var plan: String { lines.map { "\($0.text)\n" }.joined() }
}
