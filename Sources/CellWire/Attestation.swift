/// What the cell sees of its own confinement, from inside, before it accepts work.
///
/// - Source: proc(5) for `/proc/self/status`, `/proc/self/mountinfo` and `/proc/net/dev`; cgroups(7) for the limits.
package struct Attestation: Sendable, Hashable, Codable {
    /// One line of `/proc/self/mountinfo`, without what names the host.
    package struct Mount: Sendable, Hashable, Codable {
        package var path: String
        package var kind: String
        /// The mount's own options and those of its file system, in order, comma-separated.
        package var options: String

        package init(path: String, kind: String, options: String) {
            (self.path, self.kind, self.options) = (path, kind, options)
        }
    }

    package var protocolVersion: Int = 0
    /// Real, effective, saved and file-system id.
    package var userIDs: [Int] = []
    package var groupIDs: [Int] = []
    package var supplementaryGroups: [Int] = []
    /// The five sets of `/proc/self/status`, or-ed together: zero means that there is no capability in any of them.
    package var capabilities: UInt64 = .max
    package var noNewPrivileges = false
    /// 2 is "filter".
    package var seccompMode: Int = 0
    package var seccompFilters: Int = 0
    /// The names in `/proc/net/dev`.
    package var interfaces: [String] = []
    package var mounts: [Mount] = []
    /// From the cgroup; -1 where the kernel does not tell or sets no limit.
    package var memoryLimitBytes: Int = -1
    package var pidsLimit: Int = -1
    /// CPU time in microseconds per ``cpuPeriodMicroseconds``.
    package var cpuQuotaMicroseconds: Int = -1
    package var cpuPeriodMicroseconds: Int = -1
    /// Soft and hard; -1 if there is none, or the two differ.
    package var openFilesLimit: Int = -1
    /// Bytes, the same way.
    package var coreSizeLimit: Int = -1
    /// Whether a process of the same user id could read, trace and dump the cell.
    package var isDumpable = true
    /// The kernel's Landlock ABI; 0 if it has none, -1 if the cell could not ask it, `nil` if nothing was said of it.
    package var landlockABI: Int?

    package init() {}
}

/// What the cell sees of the tool's process after its filters are loaded and before it may exec.
package struct ToolPosture: Sendable, Hashable, Codable {
    package var noNewPrivileges = false
    package var seccompMode: Int = 0
    package var seccompFilters: Int = 0
    package var capabilities: UInt64 = .max
    /// The ABI of the Landlock rules that are in force; 0 if there are none, `nil` if nothing was said of it.
    package var landlockABI: Int?

    package init() {}
}
