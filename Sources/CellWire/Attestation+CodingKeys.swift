// The stored names of an attestation's members: frozen, whatever the Swift names become.

extension Attestation {
    enum CodingKeys: String, CodingKey {
        case protocolVersion = "protocol_version"
        case userIDs = "user_ids"
        case groupIDs = "group_ids"
        case supplementaryGroups = "supplementary_groups"
        case capabilities
        case noNewPrivileges = "no_new_privileges"
        case seccompMode = "seccomp_mode"
        case seccompFilters = "seccomp_filters"
        case interfaces, mounts
        case memoryLimitBytes = "memory_limit_bytes"
        case pidsLimit = "pids_limit"
        case cpuQuotaMicroseconds = "cpu_quota_us"
        case cpuPeriodMicroseconds = "cpu_period_us"
        case openFilesLimit = "open_files_limit"
        case coreSizeLimit = "core_size_limit"
        case isDumpable = "is_dumpable"
        case landlockABI = "landlock_abi"
    }
}

extension ToolPosture {
    enum CodingKeys: String, CodingKey {
        case noNewPrivileges = "no_new_privileges"
        case seccompMode = "seccomp_mode"
        case seccompFilters = "seccomp_filters"
        case capabilities
        case landlockABI = "landlock_abi"
    }
}
