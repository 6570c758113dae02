// Filters: turns a profile's list of system calls into the program that the kernel runs for every call, by libseccomp,
// and tells which calls get through such programs. It must not decide which calls a class of jobs may make: that is the profile's.
import CSeccomp
import Glibc
package import Hardening

/// Compiles lists for the machine it runs on.
package enum FilterCompiler {
    /// The list as classic BPF: 8 bytes an instruction, in the machine's byte order.
    ///
    /// A call by another architecture's entry ends the process. A name that this machine's libseccomp does not know is left
    /// to the default action: denied.
    /// - Throws: ``HardeningError/filterNotBuilt(detail:)``.
    package static func compile(_ list: SeccompList) throws(HardeningError) -> [UInt8] {
        let defaultAction = action(list.defaultAction, errno: nil)
        guard let context = unsafe seccomp_init(defaultAction) else { throw failure("seccomp_init", ENOMEM) }
        defer { unsafe seccomp_release(context) }
        try check("bad arch", unsafe seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, caisson_seccomp_kill_process()))
        // A balanced tree instead of a list: a hot call costs a few comparisons, not a hundred.
        try check("optimise", unsafe seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2))
        for rule in list.syscalls {
            let action = action(rule.action, errno: rule.errnoRet)
            guard action != defaultAction else { continue }  // libseccomp refuses a rule that changes nothing
            let arguments = (rule.args ?? []).map { argument in
                scmp_arg_cmp(
                    arg: UInt32(argument.index), op: argument.op == .equal ? SCMP_CMP_EQ : SCMP_CMP_MASKED_EQ,
                    datum_a: argument.value, datum_b: argument.valueTwo ?? 0)
            }
            for name in rule.names {
                let number = unsafe seccomp_syscall_resolve_name(name)
                guard number != caisson_seccomp_unknown() else { continue }
                let result = unsafe arguments.withUnsafeBufferPointer {
                    unsafe seccomp_rule_add_array(context, action, number, UInt32($0.count), $0.baseAddress)
                }
                try check(name, result)
            }
        }
        return try unsafe export(context)
    }

    private static func action(_ action: SeccompList.Action, errno number: Int?) -> UInt32 {
        switch action {
        case .allow: caisson_seccomp_allow()
        case .errno: caisson_seccomp_errno(UInt16(clamping: number ?? Int(EPERM)))
        case .killProcess: caisson_seccomp_kill_process()
        case .notify: caisson_seccomp_notify()
        }
    }

    /// A filter has at most 4096 instructions of 8 bytes, which fit into a pipe.
    private static func export(_ context: scmp_filter_ctx) throws(HardeningError) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        let opened = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
        guard opened == 0 else { throw failure("pipe", errno) }
        defer { close(ends[0]) }
        let result = unsafe seccomp_export_bpf(context, ends[1])
        close(ends[1])
        try check("export", result)
        let size = 4096 * 8
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            count = unsafe read(ends[0], buffer.baseAddress, size)
            initialized = max(0, count)
        }
        guard count > 0, count.isMultiple(of: 8) else { throw failure("export", EIO) }
        return bytes
    }

    private static func check(_ step: String, _ result: Int32) throws(HardeningError) {
        guard result == 0 else { throw failure(step, -result) }
    }

    private static func failure(_ step: String, _ error: Int32) -> HardeningError {
        .filterNotBuilt(detail: "\(step), error \(error)")
    }
}
