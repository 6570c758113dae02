/// Settings of the kernel that matter to hosts of sandboxes, by their names for sysctl(8).
package enum KernelSetting: String, Sendable, CaseIterable {
    case ioUringDisabled = "kernel.io_uring_disabled"
    case unprivilegedBPFDisabled = "kernel.unprivileged_bpf_disabled"
    case unprivilegedUserfaultfd = "vm.unprivileged_userfaultfd"
    case pointerRestriction = "kernel.kptr_restrict"
    case perfParanoia = "kernel.perf_event_paranoid"
    case messageRestriction = "kernel.dmesg_restrict"
    case corePattern = "kernel.core_pattern"
    case ptraceScope = "kernel.yama.ptrace_scope"

    /// Where the kernel shows it.
    package var path: String { "/proc/sys/\(rawValue.split(separator: ".").joined(separator: "/"))" }
}
